"""One scenario being played: each step attempted, judged, recorded, and everything put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from lab import steps
from lab.errors import LabError, SpecError
from lab.events import Evidence, Part, StepFinished, StepStarted
from lab.journal import Journal
from lab.spec.actions import Action, Apply
from lab.spec.scenario import Expectation, Needs, Scenario, Step
from lab.spec.words import describe
from lab.steps import Stage, evidence, workloads
from lab.verdict import Judgement, Observation, Verdict, judge

MAX_DETAIL = 64 * 1024
"""Characters of a step's output that the journal keeps, half from each end; judging has had all of them."""
DELETE = timedelta(seconds=120)
"""How long the deletion of what one step applied may take."""

Prepare: TypeAlias = Callable[[Scenario], AbstractContextManager[object]]
"""Puts in place what a scenario needs, and puts back what was there before when the scenario is over."""


@dataclass(slots=True)
class Play:
    """One scenario being played: the story so far is what was applied, and whether all was put back."""

    scenario: Scenario
    stage: Stage
    journal: Journal
    applied: list[tuple[str, Apply]] = field(default_factory=list)
    tidy: bool = True

    def now(self) -> datetime:
        return self.stage.host.clock.now()

    @contextmanager
    def prepared(self, prepare: Prepare | None) -> Iterator[bool]:
        """Yield whether what the scenario needs is in place; put back, afterwards, what it replaced."""
        if prepare is None or self.scenario.needs.model_copy(update={"scenarios": ()}) == Needs():
            yield True
            return
        stack = ExitStack()
        action = f"prepare: {_needed(self.scenario.needs)}"
        begun = self._begin("what the scenario needs", Part.PREPARE, 1, action)
        try:
            stack.enter_context(prepare(self.scenario))
        except KeyboardInterrupt:
            self._finish(begun, Judgement(Verdict.ERRORED, "interrupted"))
            self.skip(0, "interrupted")
            raise
        except LabError as error:
            self._finish(begun, Judgement(Verdict.ERRORED, str(error)))
            if isinstance(error, SpecError):  # a file of the user's is wrong: that is not the lab's finding
                self.skip(0, "what it needs is wrong")
                raise
            yield False
            return
        self._finish(begun, Judgement(Verdict.PASSED))
        try:
            yield True
        finally:
            self._put_back(stack)

    def _put_back(self, stack: ExitStack) -> None:
        begun = self._begin("put back what was there before", Part.CLEANUP, 1, "put back")
        try:
            stack.close()
        except LabError as error:
            self.tidy = False
            self._finish(begun, Judgement(Verdict.ERRORED, str(error)))
        else:
            self._finish(begun, Judgement(Verdict.PASSED))

    def steps(self, unselected: frozenset[str]) -> bool:
        """Play the steps until one does not pass; the rest is skipped."""
        for index, step in enumerate(self.scenario.steps):
            if step.name in unselected:
                self._skipped(index, "not selected")
                continue
            try:
                passed = self._step(step, Part.STEP, index + 1)
            except BaseException:
                self.skip(index + 1, "interrupted")
                raise
            if not passed:
                return self.skip(index + 1, f"step {step.name!r} did not pass")
        return True

    def skip(self, start: int, reason: str) -> bool:
        """Record the steps from *start* on as skipped; return False: so it does not hold."""
        for index in range(start, len(self.scenario.steps)):
            self._skipped(index, reason)
        return False

    def clean(self) -> bool:
        """Delete what was applied, last first, then run the cleanup steps: all of them, whatever happens."""
        deletions = [
            Step(
                name=f"delete what {name!r} applied",
                action=action,
                timeout=DELETE,
                where=self.scenario.source,
            )
            for name, action in reversed(self.applied)
        ]
        self.applied.clear()
        passed = True
        unwritten: LabError | None = None
        for number, step in enumerate([*deletions, *self.scenario.cleanup], start=1):
            deleting = number <= len(deletions)
            try:
                passed &= self._step(step, Part.CLEANUP, number, deleting=deleting)
            except LabError as error:  # the journal's (a full disk): the lab is tidied all the same
                unwritten = unwritten or error
                with suppress(LabError):
                    self._attempt(step.action, step.timeout.total_seconds(), deleting=deleting)
        if unwritten is not None:
            raise unwritten
        return passed

    def _step(self, step: Step, part: Part, number: int, *, deleting: bool = False) -> bool:
        text = (
            f"kubectl delete what was applied ({describe(step.action)})"
            if deleting
            else describe(step.action)
        )
        begun = self._begin(step.name, part, number, text, step)
        try:
            if isinstance(step.action, Apply) and not deleting and part is Part.STEP:
                self.applied.append((step.name, step.action))
            seen = self._attempt(step.action, step.timeout.total_seconds(), deleting=deleting)
            judgement = judge(step.expect, seen)
        except LabError as error:
            seen, judgement = None, Judgement(Verdict.ERRORED, str(error))
        except BaseException:  # Ctrl-C, or a bug of ours: either way the journal says where
            self._finish(begun, Judgement(Verdict.ERRORED, "interrupted"))
            raise
        looked_up: tuple[Evidence, ...] = ()
        try:
            if judgement.verdict is not Verdict.PASSED:
                looked_up = evidence.gather(step, self.stage)
        finally:
            self._finish(begun, judgement, seen, looked_up)
        return judgement.verdict is Verdict.PASSED

    def _attempt(self, action: Action, timeout: float, *, deleting: bool) -> Observation:
        if deleting:
            assert isinstance(action, Apply), "only what was applied is deleted"
            return workloads.delete(action, self.stage, timeout=timeout)
        return steps.perform(action, self.stage, timeout=timeout)

    def _skipped(self, index: int, reason: str) -> None:
        step = self.scenario.steps[index]
        begun = _Begun(step.name, Part.STEP, index + 1, describe(step.action), self.now(), step)
        self._finish(begun, Judgement(Verdict.SKIPPED, reason))

    def _begin(self, name: str, part: Part, number: int, action: str, step: Step | None = None) -> _Begun:
        begun = _Begun(name, part, number, action, self.now(), step)
        self.journal.record(StepStarted(self.scenario.name, name, part, number, action, begun.at))
        return begun

    def _finish(
        self,
        begun: _Begun,
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
                finished=self.now(),
                evidence=looked_up,
                document=step.document if step else (),
                added=step.added if step else None,
                differs=step.differs if step else None,
                plot=step.plot if step else None,
            )
        )


@dataclass(frozen=True, slots=True)
class _Begun:
    name: str
    part: Part
    number: int
    action: str
    at: datetime
    step: Step | None


def _bounded(seen: Observation | None) -> Observation | None:
    if seen is None or len(seen.detail) <= MAX_DETAIL:
        return seen
    half = MAX_DETAIL // 2
    note = f"\n(... {len(seen.detail) - 2 * half} characters are left out here ...)\n"
    return replace(seen, detail=seen.detail[:half] + note + seen.detail[-half:])


def _needed(needs: Needs) -> str:
    parts = [
        *needs.images,
        *(f"zone {zone}" for zone in needs.zones),
        *(["the static folder's files"] if needs.static else []),
        *needs.names,
        *needs.urls,
    ]
    return ", ".join(parts)
