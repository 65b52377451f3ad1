"""Events folded into a tree: a run, its scenarios, their steps. All whole-run reports start from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from lab.journal import (
    Event,
    Part,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from lab.verdict import Verdict


@dataclass(slots=True)
class Played:
    """One scenario. *finished* None: the journal ends before it does."""

    started: ScenarioStarted
    steps: list[StepFinished] = field(default_factory=list)
    under_way: StepStarted | None = None
    finished: ScenarioFinished | None = None

    @property
    def held(self) -> bool:
        return self.finished is not None and self.finished.held

    @property
    def seconds(self) -> float:
        last = (
            self.finished.at if self.finished else self.steps[-1].finished if self.steps else self.started.at
        )
        return max((last - self.started.at).total_seconds(), 0.0)

    @property
    def counts(self) -> Counter[Verdict]:
        """How the steps of the story went; cleanup counts where it did not pass."""
        return Counter(
            step.judgement.verdict
            for step in self.steps
            if step.part is Part.STEP or step.judgement.verdict is not Verdict.PASSED
        )


@dataclass(slots=True)
class Run:
    lab: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    interrupted: bool = False
    scenarios: list[Played] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return self.finished is not None

    @property
    def held(self) -> bool:
        whole = self.complete and not self.interrupted and bool(self.scenarios)
        return whole and all(scenario.held for scenario in self.scenarios)

    @property
    def seconds(self) -> float:
        if self.started and self.finished:
            return max((self.finished - self.started).total_seconds(), 0.0)
        return sum(scenario.seconds for scenario in self.scenarios)


def digest(events: Iterable[Event]) -> Run:
    """Fold *events*; a journal that was cut off gives the tree up to there."""
    run = Run()
    for event in events:
        match event:
            case RunStarted():
                run.lab, run.started = event.lab, event.at
            case ScenarioStarted():
                run.scenarios.append(Played(event))
            case StepStarted():
                run.scenarios[-1].under_way = event
            case StepFinished():
                run.scenarios[-1].steps.append(event)
                run.scenarios[-1].under_way = None
            case ScenarioFinished():
                run.scenarios[-1].finished = event
            case RunFinished():
                run.finished, run.interrupted = event.at, event.interrupted
    return run
