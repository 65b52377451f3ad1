"""What the journal is told of a scenario's steps: each one's beginning and end, and those left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from lab.events import Evidence, Part, StepFinished, StepStarted
from lab.host.clock import Clock
from lab.journal import Journal
from lab.spec.scenario import Expectation, Scenario, Step
from lab.spec.words import describe
from lab.verdict import Judgement, Observation, Verdict

MAX_DETAIL = 64 * 1024
"""Characters of a step's output that the journal keeps, half from each end; judging has had all of them."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A step under way; without a *step*, what the lab does of itself before or after them."""

    name: str
    part: Part
    number: int
    action: str
    at: datetime
    step: Step | None


@dataclass(frozen=True, slots=True)
class Record:
    """The steps of *scenario* in *journal*."""

    scenario: Scenario
    journal: Journal
    clock: Clock

    def begin(self, name: str, part: Part, number: int, action: str, step: Step | None = None) -> Begun:
        begun = Begun(name, part, number, action, self.clock.now(), step)
        self.journal.record(StepStarted(self.scenario.name, name, part, number, action, begun.at))
        return begun

    def finish(
        self,
        begun: Begun,
        judgement: Judgement,
        seen: Observation | None = None,
        looked_up: tuple[Evidence, ...] = (),
    ) -> None:
        step = begun.step
        self.journal.record(
            StepFinished(
                scenario=self.scenario.name,
                step=begun.name,
                part=begun.part,
                number=begun.number,
                where=step.where if step else self.scenario.source,
                action=begun.action,
                expect=step.expect if step else Expectation(),
                seen=_bounded(seen),
                judgement=judgement,
                started=begun.at,
                finished=self.clock.now(),
                evidence=looked_up,
                document=step.document if step else (),
                added=step.added if step else None,
                differs=step.differs if step else None,
                plot=step.plot if step else None,
            )
        )

    def skip(self, start: int, reason: str) -> bool:
        """Record the steps from *start* on as skipped; return False: so it does not hold."""
        for index in range(start, len(self.scenario.steps)):
            self.skip_one(index, reason)
        return False

    def skip_one(self, index: int, reason: str) -> None:
        step = self.scenario.steps[index]
        begun = Begun(step.name, Part.STEP, index + 1, describe(step.action), self.clock.now(), step)
        self.finish(begun, Judgement(Verdict.SKIPPED, reason))


def _bounded(seen: Observation | None) -> Observation | None:
    if seen is None or len(seen.detail) <= MAX_DETAIL:
        return seen
    half = MAX_DETAIL // 2
    note = f"\n(... {len(seen.detail) - 2 * half} characters are left out here ...)\n"
    return replace(seen, detail=seen.detail[:half] + note + seen.detail[-half:])
