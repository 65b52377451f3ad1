"""The events of a run: what a journal holds, and of what every report is made."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from lab.spec.scenario import Expectation, Finding, Lines, Plot
from lab.verdict import Judgement, Observation

FORMAT = 1
"""Raised whenever an event changes so that an older reader would be wrong about it."""


class Part(enum.StrEnum):
    """Which part of a scenario a step belongs to."""

    PREPARE = "prepare"  # what the scenario needs
    STEP = "step"
    CLEANUP = "cleanup"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """First of a journal."""

    lab: str
    scenarios: tuple[str, ...]
    at: datetime
    format: int = FORMAT
    event: Literal["run-started"] = "run-started"


@dataclass(frozen=True, slots=True)
class ScenarioStarted:
    scenario: str
    summary: str
    source: str
    document: str | None
    steps: int
    """How many there are, cleanup not counted."""
    at: datetime
    chapters: tuple[str, ...] = ()
    """Names of the scenarios that this one strings together; it has no steps then."""
    findings: tuple[Finding, ...] = ()
    event: Literal["scenario-started"] = "scenario-started"


@dataclass(frozen=True, slots=True)
class StepStarted:
    scenario: str
    step: str
    part: Part
    number: int
    """Counted from 1, within its part."""
    action: str
    at: datetime
    event: Literal["step-started"] = "step-started"


@dataclass(frozen=True, slots=True)
class StepFinished:
    """All that is to be known of one step. *seen* None: it was not attempted, or could not be."""

    scenario: str
    step: str
    part: Part
    number: int
    where: str
    """file:line."""
    action: str
    expect: Expectation
    seen: Observation | None
    judgement: Judgement
    started: datetime
    finished: datetime
    evidence: tuple[Evidence, ...] = ()
    document: tuple[Lines, ...] = ()
    added: str | None = None
    differs: str | None = None
    plot: Plot | None = None
    event: Literal["step-finished"] = "step-finished"

    @property
    def seconds(self) -> float:
        return max((self.finished - self.started).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was looked up after a step did not pass."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ScenarioFinished:
    scenario: str
    held: bool
    at: datetime
    event: Literal["scenario-finished"] = "scenario-finished"


@dataclass(frozen=True, slots=True)
class RunFinished:
    """Last of a journal; a journal without it was cut off (a crash, a power cut)."""

    interrupted: bool
    at: datetime
    event: Literal["run-finished"] = "run-finished"


Event: TypeAlias = RunStarted | ScenarioStarted | StepStarted | StepFinished | ScenarioFinished | RunFinished
