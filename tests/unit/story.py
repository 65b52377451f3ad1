"""A run with one of everything, as events: what the journal and the reports are tested with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lab.events import (
    Evidence,
    Part,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from lab.spec.scenario import Expectation, Finding, Lines, Outcome
from lab.verdict import Judgement, Observation, Verdict

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def at(seconds):
    return START + timedelta(seconds=seconds)


def step(name, number, begin, end, verdict, *, part=Part.STEP, scenario="mnist", action="true", **rest):
    started = StepStarted(scenario, name, part, number, action, at(begin))
    finished = StepFinished(
        scenario=scenario,
        step=name,
        part=part,
        number=number,
        where=f"mnist.yaml:{number * 3}",
        action=action,
        expect=rest.pop("expect", Expectation()),
        seen=rest.pop("seen", Observation(Outcome.SUCCEEDS, "", end - begin)),
        judgement=Judgement(Verdict(verdict), rest.pop("reason", "")),
        started=at(begin),
        finished=at(end),
        **rest,
    )
    return [finished] if verdict == "skipped" else [started, finished]


EVENTS = [
    RunStarted("lab", ("mnist", "seal"), at(0)),
    ScenarioStarted("mnist", "digits <inside> the gap & all", "mnist.yaml", "document.txt", 4, at(0)),
    *step("what the scenario needs", 1, 0, 1, "passed", part=Part.PREPARE, action="prepare: zone a"),
    *step(
        "the kinds",
        1,
        1,
        1.5,
        "passed",
        document=(Lines(first=573, last=577), Lines(first=580, last=580)),
        action="kubectl get crd",
    ),
    *step("a wait", 2, 2, 77, "passed", added="the document takes it for granted"),
    *step(
        "the log\x1b[31m",
        3,
        80,
        830,
        "failed",
        action="kubectl logs a |\n  tail -1",
        expect=Expectation(says=("epoch",)),
        seen=Observation(Outcome.SUCCEEDS, "\x1b[1mnothing\x1b[0m\x00\x07 of note ]]> \ud7ff", 750.0),
        reason="the output does not match 'epoch'",
        evidence=(Evidence("events", "LAST SEEN\nBackOff"),),
        differs="in the pod's name",
    ),
    *step("the end", 4, 830, 830, "skipped", seen=None, reason="step 'the log' did not pass"),
    *step("tidy", 1, 830, 831, "passed", part=Part.CLEANUP),
    *step(
        "tidier",
        2,
        831,
        832,
        "errored",
        part=Part.CLEANUP,
        seen=None,
        reason="no such container: lab-workstation",
    ),
    ScenarioFinished("mnist", held=False, at=at(832)),
    ScenarioStarted("seal", "", "seal.yaml", None, 1, at(832)),
    *step(
        "no way out",
        1,
        832,
        833,
        "passed",
        scenario="seal",
        expect=Expectation(outcome=Outcome.UNREACHABLE),
        seen=Observation(Outcome.UNREACHABLE, "Packet filtered", 1.0),
    ),
    ScenarioFinished("seal", held=True, at=at(833)),
    RunFinished(interrupted=False, at=at(833)),
]

BOOK = [
    RunStarted("lab", ("book", "one", "two"), START),
    ScenarioStarted(
        "book",
        "both `chapters`",
        "book.yaml",
        "guide.md",
        0,
        START,
        chapters=("one", "two"),
        findings=(Finding(lines=(Lines(first=2, last=9),), text="the `token` is <printed>"),),
    ),
    ScenarioStarted("one", "", "one.yaml", "guide.md", 1, START),
    *step("a", 1, 0, 10, "passed", scenario="one"),
    ScenarioStarted("two", "", "two.yaml", "guide.md", 1, at(10)),
    *step("b", 1, 10, 40, "passed", scenario="two"),
    *step("no b", 1, 40, 41, "passed", scenario="two", part=Part.CLEANUP),
    ScenarioFinished("two", held=True, at=at(41)),
    *step("no a", 1, 41, 45, "passed", scenario="one", part=Part.CLEANUP),
    ScenarioFinished("one", held=True, at=at(45)),
    ScenarioFinished("book", held=True, at=at(45)),
    RunFinished(interrupted=False, at=at(45)),
]
"""Two chapters, both cleaned up when the second is over."""
