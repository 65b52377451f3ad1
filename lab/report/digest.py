"""Events folded into a tree: a run, its scenarios, their steps. All whole-run reports start from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from lab.events import (
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
    def story(self) -> float:
        """Seconds from its beginning to the end of its last step; others may come before the cleanup."""
        ends = [step.finished for step in self.steps if step.part is not Part.CLEANUP]
        if self.finished and not self.steps:
            ends = [self.finished.at]
        return max((max(ends, default=self.started.at) - self.started.at).total_seconds(), 0.0)

    @property
    def cleanup(self) -> float:
        """Seconds from the beginning of its first cleanup step to the end of its last."""
        steps = [step for step in self.steps if step.part is Part.CLEANUP]
        if not steps:
            return 0.0
        span = max(step.finished for step in steps) - min(step.started for step in steps)
        return max(span.total_seconds(), 0.0)

    @property
    def seconds(self) -> float:
        return self.story + self.cleanup

    def offset(self, step: StepFinished) -> float:
        """Seconds from the beginning to that of *step*, the time of other scenarios left out."""
        if step.part is not Part.CLEANUP:
            return max((step.started - self.started.at).total_seconds(), 0.0)
        first = min(one.started for one in self.steps if one.part is Part.CLEANUP)
        return self.story + max((step.started - first).total_seconds(), 0.0)

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
    played: dict[str, Played] = {}
    for event in events:
        match event:
            case RunStarted():
                run.lab, run.started = event.lab, event.at
            case ScenarioStarted():
                played[event.scenario] = Played(event)
                run.scenarios.append(played[event.scenario])
            case StepStarted():
                played[event.scenario].under_way = event
            case StepFinished():
                played[event.scenario].steps.append(event)
                played[event.scenario].under_way = None
            case ScenarioFinished():
                played[event.scenario].finished = event
            case RunFinished():
                run.finished, run.interrupted = event.at, event.interrupted
    return run
