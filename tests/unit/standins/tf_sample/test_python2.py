from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_sample.python2 import ordered, string_hash, written

DOCUMENT = (
    "{u'cluster': {u'worker': [u'example-job-worker-0.default.svc.cluster.local:2222'],"
    " u'ps': [u'example-job-ps-0.default.svc.cluster.local:2222',"
    " u'example-job-ps-1.default.svc.cluster.local:2222'],"
    " u'master': [u'example-job-master-0.default.svc.cluster.local:2222']},"
    " u'task': {u'index': 0, u'type': u'master'}}"
)
"""As the document prints it."""


def test_the_documents_line_comes_out_to_the_letter():
    def names(kind, count):
        return [f"example-job-{kind}-{index}.default.svc.cluster.local:2222" for index in range(count)]

    cluster = {"master": names("master", 1), "ps": names("ps", 2), "worker": names("worker", 1)}
    config = json.loads(json.dumps({"cluster": cluster, "task": {"type": "master", "index": 0}}))

    assert written(config) == DOCUMENT


@pytest.mark.parametrize(
    ("text", "value"),
    [("", 0), ("a", 12416037344), ("ab", 12416074593111939)],
)
def test_hashes_are_python_2s(text, value):
    """By hand from the formula: x = c0 << 7; x = 1000003 * x ^ c for each; x ^= length."""
    assert string_hash(text) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ([], "[]"),
        ([1, -1, 1.5, True, False, None], "[1, -1, 1.5, True, False, None]"),
        (2**63, "9223372036854775808L"),
        (2**63 - 1, "9223372036854775807"),
        ("it's", 'u"it\'s"'),
        ("'\"", "u'\\'\"'"),
        ("a\n\t\\\x00", "u'a\\n\\t\\\\\\x00'"),
        ("\u00e9\u4e2d\U0001f600", "u'\\xe9\\u4e2d\\U0001f600'"),
    ],
)
def test_values_are_written_as_python_2_wrote_them(value, text):
    assert written(value) == text


@given(st.lists(st.text(max_size=8), unique=True, max_size=200))
def test_no_key_is_lost_or_doubled_however_large_the_table_grows(keys):
    assert sorted(ordered(keys)) == sorted(keys)


@given(
    st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9)
)
def test_a_text_is_plain_ascii(value):
    assert written(value).isascii()
