from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lab.events import Part, StepFinished
from lab.ledger.entries import Kind, Want, add_up
from lab.ledger.people import People
from lab.ledger.steps import StepTimes
from lab.spec.scenario import Expectation
from lab.verdict import Judgement, Verdict

START = datetime(2026, 1, 1, tzinfo=UTC)


def finished(name: str, first: int, last: int) -> StepFinished:
    return StepFinished(
        scenario="story",
        step=name,
        part=Part.STEP,
        number=1,
        where="story.yaml:1",
        action="run: true",
        expect=Expectation(),
        seen=None,
        judgement=Judgement(Verdict.PASSED),
        started=START + timedelta(seconds=first),
        finished=START + timedelta(seconds=last),
    )


TIMES = StepTimes.of([finished("second", 10, 12), finished("first", 0, 5)])


def test_a_time_is_that_of_the_step_under_way():
    seen = [TIMES.at(START + timedelta(seconds=second)) for second in (-1, 0, 5, 7, 11, 13)]

    assert seen == ["", "story: first", "story: first", "", "story: second", ""]


def test_the_same_want_in_two_steps_is_two_entries_and_without_a_journal_one():
    wants = [Want(START + timedelta(seconds=second), "10.0.0.9", "x.test", Kind.NAME) for second in (1, 11)]

    assert [entry.step for entry in add_up(wants, People(), TIMES.at).entries] == [
        "story: first",
        "story: second",
    ]
    assert [(entry.step, entry.count) for entry in add_up(wants, People()).entries] == [("", 2)]
