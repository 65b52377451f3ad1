from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ks import paramtext
from ks.appinit import ENV_PARAMS, PARAMS
from ks.errors import KsError

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_values_go_in_behind_the_comments_and_are_replaced_in_place():
    once = paramtext.set_values(PARAMS, "web", {"name": "web", "port": 80}, opening=":")
    twice = paramtext.set_values(once, "web", {"name": "other"})

    assert once == PARAMS.replace(
        "ks param set`.\n", 'ks param set`.\n    "web": {\n      name: "web",\n      port: 80,\n    },\n'
    )
    assert twice == once.replace('name: "web"', 'name: "other"')


def test_what_a_person_wrote_stays():
    text = "{components: {web: {f(x):: x, a+: {b: [1, 2]}, 'c d': \"}\" /* , */, name: 1 + 2 // sum\n}}}"

    assert paramtext.set_values(text, "web", {"name": "x"}) == text.replace("1 + 2", '"x"')
    assert paramtext.set_values(text, "web", {"c d": 5}) == text.replace('"}"', "5")


def test_a_field_after_one_without_a_comma_gets_the_comma():
    text = "{ components: { web: { a: 1 } } }"

    assert "a: 1,\n      b: 2,\n" in paramtext.set_values(text, "web", {"b": 2})


def test_an_environment_adds_to_a_component():
    text = paramtext.set_values(ENV_PARAMS, "web", {"n": 1}, opening="+:")

    assert '    "web"+: {\n      n: 1,\n    },\n  },\n};' in text


def test_what_was_set_can_be_dropped_and_leaves_nothing():
    one = paramtext.set_values(PARAMS, "web", {"name": "web"}, opening=":")
    both = paramtext.set_values(one, "web", {"port": 80})

    assert paramtext.drop(both, "web", "port") == one
    assert paramtext.drop(both, "web") == PARAMS
    assert (paramtext.has(both, "web"), paramtext.has(PARAMS, "web")) == (True, False)


def test_dropping_leaves_what_a_person_wrote_around_it():
    text = "{components: {web: {a: 1, 'c d': \"}\" /* , */, name: 2 // last\n}}}"

    assert paramtext.drop(text, "web", "c d") == "{components: {web: {a: 1,  name: 2 // last\n}}}"
    assert (
        paramtext.drop(text, "web", "name") == "{components: {web: {a: 1, 'c d': \"}\" /* , */,  // last\n}}}"
    )


@pytest.mark.parametrize("name", [None, "port"])
def test_dropping_what_is_not_there_is_refused(name):
    with pytest.raises(KsError, match="web" if name is None else "port"):
        paramtext.drop(
            "{components: {other: {}}}" if name is None else "{components: {web: {}}}", "web", name
        )


@given(st.dictionaries(st.text(min_size=1), _json, min_size=1, max_size=3), st.data())
@settings(max_examples=40, deadline=None)
def test_dropping_undoes_setting_for_any_name_and_value(values, data):
    text = paramtext.set_values(PARAMS, "web", values, opening=":")
    gone = data.draw(st.sampled_from(sorted(values)))
    rest = {name: value for name, value in values.items() if name != gone}

    assert paramtext.drop(text, "web", gone) == paramtext.set_values(PARAMS, "web", rest, opening=":")


@pytest.mark.parametrize("text", ["", "{}", "{components: 3}", "{components: {"])
def test_a_file_without_components_is_refused(text):
    with pytest.raises(KsError):
        paramtext.set_values(text, "web", {"a": 1}, opening=":")


def test_an_unknown_component_is_refused():
    with pytest.raises(KsError, match='component "web"'):
        paramtext.set_values(PARAMS, "web", {"a": 1})


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("true", True),
        ("3", 3),
        ("-1.5", -1.5),
        ("[1]", [1]),
        ('{"a": 1}', {"a": 1}),
        ("[broken", "[broken"),
        ("007", "007"),
        ("null", "null"),
        ("NaN", "NaN"),
        ("", ""),
        ("/serving/inception-export", "/serving/inception-export"),
    ],
)
def test_typed_values_mean(typed, value):
    assert paramtext.parse(typed) == value
    assert type(paramtext.parse(typed)) is type(value)


@settings(deadline=None)  # the first evaluation loads jsonnet
@given(values=st.dictionaries(st.text(min_size=1), _json, min_size=1, max_size=4), again=_json)
def test_every_value_comes_back_from_jsonnet(values, again):
    jsonnet = pytest.importorskip("_gojsonnet")
    text = paramtext.set_values(PARAMS, "web", values, opening=":")
    name = next(iter(values))
    text = paramtext.set_values(text, "web", {name: again})

    assert json.loads(jsonnet.evaluate_snippet("p", text))["components"]["web"] == {**values, name: again}
