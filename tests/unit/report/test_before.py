"""How long the same steps took: the newest run that has one in which it passed."""

from __future__ import annotations

import pytest

from lab.errors import SpecError
from lab.events import RunFinished, RunStarted, ScenarioFinished, ScenarioStarted
from lab.report.before import Before, as_json, before_of, parse
from lab.report.digest import digest
from tests.unit.story import EVENTS, START, step

NEWER = digest([
    RunStarted("lab", ("mnist",), START),
    ScenarioStarted("mnist", "", "mnist.yaml", None, 1, START),
    *step("a wait", 1, 0, 5, "passed"),
    *step("the kinds", 2, 5, 6, "failed"),
    ScenarioFinished("mnist", held=False, at=START),
    RunFinished(interrupted=False, at=START),
])  # fmt: skip


def test_the_newest_in_which_it_passed_is_told():
    before = before_of([NEWER, digest(EVENTS)])

    assert before.of("mnist", "step", "a wait") == 5
    assert before.of("mnist", "step", "the kinds") == 0.5
    assert before.of("mnist", "cleanup", "tidy") == 1


def test_what_never_passed_is_not_known():
    before = before_of([NEWER, digest(EVENTS)])

    assert before.of("mnist", "step", "the log\x1b[31m") is None
    assert before.of("nobody", "step", "a wait") is None


def test_a_scenario_that_held_has_a_time():
    assert before_of([NEWER, digest(EVENTS)]).scenarios == {"seal": 1}


def test_what_is_written_comes_back():
    before = before_of([digest(EVENTS)])

    assert parse(as_json(before), "before.json") == before
    assert parse("{}", "before.json") == Before()
    with pytest.raises(SpecError, match=r"before\.json: not what earlier runs took"):
        parse("[]", "before.json")
