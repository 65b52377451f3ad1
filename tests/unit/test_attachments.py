"""What a step brings along is kept in files beside the journal, and the event names them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from lab import journal
from lab.errors import LabError
from lab.events import Part, StepFinished
from lab.journal import JsonLinesJournal
from lab.spec.scenario import Expectation, Outcome
from lab.verdict import Attachment, Judgement, Observation, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PICTURE = b"\xff\xd8\xff\x00not text"


def finished(*attachments: Attachment) -> StepFinished:
    return StepFinished(
        scenario="access",
        step="the hub is opened",
        part=Part.STEP,
        number=3,
        where="a.yaml:1",
        action="browse",
        expect=Expectation(),
        seen=Observation(Outcome.SUCCEEDS, "seen", 1.0, attachments),
        judgement=Judgement(Verdict.PASSED),
        started=NOW,
        finished=NOW,
    )


def recorded(tmp_path, event):
    path = tmp_path / "run" / "events.jsonl"
    with JsonLinesJournal(path) as kept:
        kept.record(event)
    return path


def test_a_picture_is_a_file_and_the_event_names_it(tmp_path):
    path = recorded(tmp_path, finished(Attachment("login", "image/jpeg", PICTURE)))

    (event,) = journal.read(path)
    (one,) = event.seen.attachments
    assert one == Attachment("login", "image/jpeg", file="attachments/access-step-03-1-login.jpeg")
    assert (path.parent / one.file).read_bytes() == PICTURE
    assert json.loads(path.read_text())["seen"]["attachments"] == [
        {"name": "login", "media_type": "image/jpeg", "file": one.file}
    ]


def test_two_of_one_name_are_two_files(tmp_path):
    path = recorded(tmp_path, finished(*[Attachment("a", "image/png", text) for text in (b"1", b"2")]))

    kept = [one.file for one in journal.read(path)[0].seen.attachments]
    assert [(path.parent / name).read_bytes() for name in kept] == [b"1", b"2"]


def test_without_any_there_is_no_folder(tmp_path):
    path = recorded(tmp_path, finished())

    assert [one.name for one in path.parent.iterdir()] == ["events.jsonl"]
    assert journal.read(path)[0].seen.attachments == ()


def test_an_older_journal_has_none(tmp_path):
    path = recorded(tmp_path, finished())
    event = json.loads(path.read_text())
    del event["seen"]["attachments"]
    path.write_text(json.dumps(event) + "\n")

    assert journal.read(path)[0].seen == Observation(Outcome.SUCCEEDS, "seen", 1.0)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    path = tmp_path / "events.jsonl"
    (tmp_path / "attachments").write_text("in the way")

    with JsonLinesJournal(path) as kept, pytest.raises(LabError, match="cannot be written"):
        kept.record(finished(Attachment("a", "image/png", b"1")))
