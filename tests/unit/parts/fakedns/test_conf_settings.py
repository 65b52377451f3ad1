from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.fakedns.conf import Entry, read_conf
from lab.parts.fakedns.settings import Settings, read_settings

DATA = Path(__file__).parents[3] / "data" / "zones"


def test_the_documents_configuration_names_its_zone():
    conf = read_conf((DATA / "named.conf.default-zones").read_text(), "conf")

    assert conf.entries == (Entry((b"lecun", b"com"), "/etc/bind/db.lecun.com", 1),)
    assert conf.problems == conf.warnings == ()


def test_comments_hints_options_and_views_are_understood():
    conf = read_conf(
        """// one
        # two
        /* three { */ options { directory "/var"; listen-on { any; }; };
        zone "." { type hint; file "/usr/share/dns/root.hints"; };
        view "v" { zone "A.test" IN { file "/z/a"; type primary; allow-update { none; }; }; };
        zone b.test { type master; file "/z//b#c"; };
        """,
        "conf",
    )

    assert [(entry.origin, entry.file) for entry in conf.entries] == [
        ((b"a", b"test"), "/z/a"), ((b"b", b"test"), "/z//b#c"),
    ]  # fmt: skip
    assert conf.problems == conf.warnings == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('zone "a" { type master; };', 'c:1: zone a names no file; add `file "/etc/bind/db.a";`'),
        ("zone a;", "c:1: a zone is written as: "),
        ("\nzone { };", "c:2: a zone is written as: "),
        ('zone "a..b" { type master; file "x"; };', "c:1: 'a..b' has an empty label; remove the extra dot"),
        ("};", "c:1: '}' without '{'; remove it"),
        ('zone "a" { type master; file "x"; }', "c:1: no ';' behind 'a'; add it"),
        ('zone "a" { type master; file "x; };', 'c:1: " is not closed on its line; close it'),
        (2 * 'zone "a" { type master; file "x"; };\n', "c:2: zone stands already in line 1; keep one"),
    ],
)
def test_a_wrong_statement_is_a_problem_with_its_line(text, told):
    assert any(str(problem).startswith(told) for problem in read_conf(text, "c").problems)


def test_zones_of_other_types_are_told_and_left_out():
    conf = read_conf('zone "a" { type slave; };', "c")

    assert [str(warning) for warning in conf.warnings] == [
        "c:1: zone a has type slave; only master (primary) zones are served"
    ]


@given(st.text(alphabet='zone{};/*#\n "ab.', max_size=80))
def test_no_configuration_makes_the_reader_raise(text):
    read_conf(text, "c")


def test_settings_are_read_whole():
    settings = read_settings(
        json.dumps(
            {
                "conf": "/c",
                "hosts": {"Node-1": "192.0.2.1", "two": ["192.0.2.2", "2001:db8::2"]},
                "delegate": {"names": ["cp"], "server": "127.0.0.9"},
                "mode": "observe",
                "sinkhole": "192.0.2.190",
            }
        )
    )

    assert settings == Settings(
        "/c",
        {
            (b"node-1",): (ip_address("192.0.2.1"),),
            (b"two",): (ip_address("192.0.2.2"), ip_address("2001:db8::2")),
        },
        frozenset({(b"cp",)}),
        "127.0.0.9",
        "observe",
        ip_address("192.0.2.190"),
    )


def test_an_empty_object_is_the_defaults():
    assert read_settings("{}") == Settings()


def test_all_wrong_settings_are_told_at_once():
    bad = {
        "conf": 1,
        "hosts": {"a": "b"},
        "delegate": {"names": [1], "server": "x"},
        "mode": "x",
        "sinkhole": "::1",
        "q": 1,
    }
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the lines below are the check
        read_settings(json.dumps(bad))

    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "q", "conf", "hosts.a", "delegate.names", "delegate.server", "mode", "sinkhole",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", "[" * 9999, '{"hosts": 1}', '{"delegate": {"x": 1}}', '{"mode": "observe"}'],
)
def test_what_is_no_settings_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        read_settings(text)
