"""What is recorded is read back the same, whatever ended the run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lab import events, journal
from lab.errors import LabError, SpecError
from lab.events import StepFinished
from lab.journal import JsonLinesJournal, Tee
from lab.spec.scenario import Plot
from tests.fakes import ListJournal
from tests.unit.story import EVENTS


@pytest.fixture
def path(tmp_path):
    return tmp_path / "runs" / "1" / "events.jsonl"


def record(path, events=EVENTS):
    with JsonLinesJournal(path) as written:
        for event in events:
            written.record(event)


def test_events_are_read_back_the_same(path):
    record(path)

    assert list(journal.read(path)) == EVENTS


def test_a_plot_is_read_back_and_older_journals_have_none(path):
    plot = Plot(title="loss", pattern=r"(?P<x>\d) (?P<y>\d)")
    drawn = replace(next(one for one in EVENTS if isinstance(one, StepFinished)), plot=plot)
    older = json.loads(journal.as_line(drawn))
    del older["plot"]
    path.parent.mkdir(parents=True)
    path.write_text(f"{journal.as_line(drawn)}\n{json.dumps(older)}\n")

    assert journal.read(path) == [drawn, replace(drawn, plot=None)]


def test_an_event_is_in_the_file_before_the_next_one_happens(path):
    with JsonLinesJournal(path) as written:
        for count, event in enumerate(EVENTS, start=1):
            written.record(event)

            assert len(path.read_bytes().splitlines()) == count


def test_a_line_is_one_json_object_that_names_its_event(path):
    record(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]

    assert lines[0]["event"] == "run-started"
    assert lines[0]["format"] == events.FORMAT
    assert {line["event"] for line in lines} == {
        "run-started",
        "scenario-started",
        "step-started",
        "step-finished",
        "scenario-finished",
        "run-finished",
    }


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_torn_last_line_is_left_out(path, cut):
    record(path)
    path.write_bytes(path.read_bytes()[:-1][:-cut])

    assert list(journal.read(path)) == EVENTS[:-1]


def test_a_torn_line_in_the_middle_of_a_letter_is_left_out(path):
    record(path, EVENTS[:1])
    with path.open("ab") as file:
        file.write(b'{"event": "step-started", "step": "\xc3')

    assert list(journal.read(path)) == EVENTS[:1]


def test_an_empty_journal_has_no_events(path):
    record(path, [])

    assert list(journal.read(path)) == []


def test_a_line_that_is_no_event_is_told_with_its_place(path):
    record(path)
    path.write_text('{"event": "lunch"}\n' + path.read_text())

    with pytest.raises(SpecError, match=r"events\.jsonl:1: not an event of a run"):
        journal.read(path)


def test_a_newer_format_is_refused(path):
    record(path)
    path.write_text(path.read_text().replace('"format":1', '"format":2', 1))

    with pytest.raises(SpecError, match="format 2; this lab reads up to 1"):
        journal.read(path)


def test_a_journal_that_is_not_there(path):
    with pytest.raises(SpecError, match="cannot be read: No such file"):
        journal.read(path)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(LabError, match="the journal cannot be written"):
        JsonLinesJournal(tmp_path / "file" / "events.jsonl")


def test_a_tee_tells_all():
    one, two = ListJournal(), ListJournal()
    for event in EVENTS:
        Tee((one, two)).record(event)

    assert one.events == two.events == EVENTS
