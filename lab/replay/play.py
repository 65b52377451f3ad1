"""One scenario being played: each step attempted, judged, recorded, and everything put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from lab import steps
from lab.errors import LabError, SpecError
from lab.events import Evidence, Part
from lab.journal import Journal
from lab.replay.record import Record
from lab.spec.actions import Action, Apply
from lab.spec.scenario import Needs, Scenario, Step
from lab.spec.words import describe
from lab.steps import Stage, evidence, workloads
from lab.verdict import Judgement, Observation, Verdict, judge

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
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        self.record = Record(self.scenario, self.journal, self.stage.host.clock)

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
        begun = self.record.begin("what the scenario needs", Part.PREPARE, 1, action)
        try:
            stack.enter_context(prepare(self.scenario))
        except KeyboardInterrupt:
            self.record.finish(begun, Judgement(Verdict.ERRORED, "interrupted"))
            self.record.skip(0, "interrupted")
            raise
        except LabError as error:
            self.record.finish(begun, Judgement(Verdict.ERRORED, str(error)))
            if isinstance(error, SpecError):  # a file of the user's is wrong: that is not the lab's finding
                self.record.skip(0, "what it needs is wrong")
                raise
            yield False
            return
        self.record.finish(begun, Judgement(Verdict.PASSED))
        try:
            yield True
        finally:
            self._put_back(stack)

    def _put_back(self, stack: ExitStack) -> None:
        begun = self.record.begin("put back what was there before", Part.CLEANUP, 1, "put back")
        try:
            stack.close()
        except LabError as error:
            self.tidy = False
            self.record.finish(begun, Judgement(Verdict.ERRORED, str(error)))
        else:
            self.record.finish(begun, Judgement(Verdict.PASSED))

    def steps(self, unselected: frozenset[str]) -> bool:
        """Play the steps until one does not pass; the rest is skipped."""
        for index, step in enumerate(self.scenario.steps):
            if step.name in unselected:
                self.record.skip_one(index, "not selected")
                continue
            try:
                passed = self._step(step, Part.STEP, index + 1)
            except BaseException:
                self.record.skip(index + 1, "interrupted")
                raise
            if not passed:
                return self.record.skip(index + 1, f"step {step.name!r} did not pass")
        return True

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
        begun = self.record.begin(step.name, part, number, text, step)
        try:
            if isinstance(step.action, Apply) and not deleting and part is Part.STEP:
                self.applied.append((step.name, step.action))
            seen = self._attempt(step.action, step.timeout.total_seconds(), deleting=deleting)
            judgement = judge(step.expect, seen)
        except LabError as error:
            seen, judgement = None, Judgement(Verdict.ERRORED, str(error))
        except BaseException:  # Ctrl-C, or a bug of ours: either way the journal says where
            self.record.finish(begun, Judgement(Verdict.ERRORED, "interrupted"))
            raise
        looked_up: tuple[Evidence, ...] = ()
        try:
            if judgement.verdict is not Verdict.PASSED:
                looked_up = evidence.gather(step, self.stage)
        finally:
            self.record.finish(begun, judgement, seen, looked_up)
        return judgement.verdict is Verdict.PASSED

    def _attempt(self, action: Action, timeout: float, *, deleting: bool) -> Observation:
        if deleting:
            assert isinstance(action, Apply), "only what was applied is deleted"
            return workloads.delete(action, self.stage, timeout=timeout)
        return steps.perform(action, self.stage, timeout=timeout)


def _needed(needs: Needs) -> str:
    parts = [
        *needs.images,
        *(f"zone {zone}" for zone in needs.zones),
        *(["the static folder's files"] if needs.static else []),
        *needs.names,
        *needs.urls,
    ]
    return ", ".join(parts)
