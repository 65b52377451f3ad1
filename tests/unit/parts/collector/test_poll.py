"""The loop, with the reading of a namespace replaced by what it would have found."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from lab.parts.collector import __main__ as collector
from lab.parts.collector.counts import Attempt
from lab.parts.collector.spaces import Space, identity, read_settings

HTTPS = Attempt("output", "10.142.18.2", "198.51.100.7", "tcp", port=443)
PLACES = [
    {"place": "wall", "pid": None, "table": "airgap_lab"},
    {"place": "gone", "pid": 2**22 + 1, "table": "t"},
]


@pytest.fixture
def settings(tmp_path):
    return tmp_path / "collector.json"


def written(settings):
    settings.write_text(json.dumps({"places": PLACES}))
    return settings


def reading(*packets):
    left = list(packets)

    def read(space, tally):
        found = left.pop(0)
        if isinstance(found, OSError):
            raise found
        yield from tally.added("output", [(HTTPS, found)])

    return read


def test_settings_may_be_missing_or_half_written(settings):
    assert read_settings(settings) == ()
    settings.write_text('{"places": [{"pl')
    assert read_settings(settings) == ()
    settings.write_text('{"places": [{"place": "x"}]}')
    assert read_settings(settings) == ()
    assert read_settings(written(settings)) == (
        Space("wall", None, "airgap_lab"),
        Space("gone", 2**22 + 1, "t"),
    )


def test_a_namespace_that_is_gone_has_no_identity():
    assert identity(Space("wall", None, "t")) is not None
    assert identity(Space("gone", 2**22 + 1, "t")) is None


def test_what_is_new_is_told_once_and_a_vanished_place_left_out(settings, monkeypatch):
    one = collector.Collector(settings)
    monkeypatch.setattr(one, "_read", reading(2, 2, 3), raising=True)

    assert one.poll() == []  # no settings yet
    written(settings)

    assert one.poll() == [("wall", HTTPS, 2)]
    assert one.poll() == []
    assert one.poll() == [("wall", HTTPS, 1)]


def test_started_again_it_does_not_tell_again(settings, monkeypatch):
    one = collector.Collector(written(settings))
    monkeypatch.setattr(one, "_read", reading(5, 6), raising=True)

    assert one.poll() == []
    assert one.poll() == [("wall", HTTPS, 1)]


def test_a_reading_that_breaks_off_is_done_again(settings, monkeypatch, capsys):
    one = collector.Collector(settings)
    written(settings)
    monkeypatch.setattr(one, "_read", reading(InterruptedError("changed"), 4), raising=True)

    assert one.poll() == []
    assert "wall: changed" in capsys.readouterr().err
    assert one.poll() == [("wall", HTTPS, 4)]


def test_a_line_is_json_with_all_that_the_ledger_reads():
    line = json.loads(collector.line("wall", HTTPS, 3, datetime(2026, 1, 2, tzinfo=UTC)))

    assert line == {
        "time": "2026-01-02T00:00:00+00:00",
        "place": "wall",
        "hook": "output",
        "src": "10.142.18.2",
        "dst": "198.51.100.7",
        "proto": "tcp",
        "port": 443,
        "type": None,
        "packets": 3,
    }
