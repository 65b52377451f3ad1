"""One scenario of a run, from its first step to the end of its cleanup."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from lab.errors import LabError, SpecError
from lab.events import Part, ScenarioFinished, ScenarioStarted
from lab.journal import Journal
from lab.replay.attempt import attempt, conclude
from lab.replay.record import Record
from lab.spec.actions import Apply
from lab.spec.scenario import Needs, Scenario, Step
from lab.spec.words import describe
from lab.steps import Stage
from lab.verdict import Judgement, Verdict

DELETE = timedelta(seconds=120)
"""How long the deletion of what one step applied may take."""

Prepare: TypeAlias = Callable[[Scenario], AbstractContextManager[object]]
"""Puts in place what a scenario needs, and puts back what was there before when the scenario is over."""


@dataclass(slots=True)
class ScenarioRun:
    """One scenario of a run. What it made and was given is there from `play` to `finish`."""

    scenario: Scenario
    stage: Stage
    journal: Journal
    applied: list[tuple[str, Apply]] = field(default_factory=list)
    """The steps whose objects are still there, by their names."""
    held: bool = False
    """Whether all has passed so far; the cleanup counts, too."""
    _record: Record = field(init=False)
    _needs: ExitStack | None = None
    """What was put in place, with the way to put it back; None where nothing was needed."""
    _prepared: bool = False

    def __post_init__(self) -> None:
        self._record = Record(self.scenario, self.journal, self.stage.host.clock)

    def start(self) -> None:
        """Record the beginning. The ledger's rows of this scenario count from here."""
        self.stage = replace(self.stage, started=self._now())
        self.journal.record(
            ScenarioStarted(
                self.scenario.name,
                self.scenario.summary,
                self.scenario.source,
                self.scenario.document,
                len(self.scenario.steps),
                self._now(),
                findings=self.scenario.findings,
            )
        )

    def play(self, prepare: Prepare | None, unselected: frozenset[str]) -> None:
        """Play the steps until one does not pass, after what they need is in place.

        Raises SpecError where a file that the scenario needs is wrong: that is no finding of the lab's.
        """
        self._prepared = self._prepare(prepare)
        self.held = (
            self._play_steps(unselected)
            if self._prepared
            else self._record.skip(0, "what it needs is not there")
        )

    def skip(self, reason: str) -> None:
        self._record.skip(0, reason)

    def finish(self, *, keep: bool) -> None:
        """Clean up, unless *keep*, and put back what was there before; then record how the scenario went."""
        played, self.held = self.held, False
        try:
            try:
                clean = keep or not self._prepared or self.clean_up()
            finally:
                restored = self._put_back()
            self.held = played and clean and restored
        finally:
            self.journal.record(ScenarioFinished(self.scenario.name, self.held, self._now()))

    def clean_up(self) -> bool:
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
                passed &= self._play_step(step, Part.CLEANUP, number, deleting=deleting)
            except LabError as error:  # the journal's (a full disk): the lab is tidied all the same
                unwritten = unwritten or error
                with suppress(LabError):
                    timeout = step.timeout.total_seconds()
                    attempt(step.action, self.stage, timeout=timeout, deleting=deleting)
        if unwritten is not None:
            raise unwritten
        return passed

    def _now(self) -> datetime:
        return self.stage.host.clock.now()

    def _prepare(self, prepare: Prepare | None) -> bool:
        """Put in place what the scenario needs; return whether it is there."""
        if prepare is None or self.scenario.needs.model_copy(update={"scenarios": ()}) == Needs():
            return True
        action = f"prepare: {_needed(self.scenario.needs)}"
        begun = self._record.begin("what the scenario needs", Part.PREPARE, 1, action)
        stack = ExitStack()
        try:
            stack.enter_context(prepare(self.scenario))
        except KeyboardInterrupt:
            self._record.finish(begun, Judgement(Verdict.ERRORED, "interrupted"))
            self._record.skip(0, "interrupted")
            raise
        except LabError as error:
            self._record.finish(begun, Judgement(Verdict.ERRORED, str(error)))
            if isinstance(error, SpecError):
                self._record.skip(0, "what it needs is wrong")
                raise
            return False
        self._needs = stack
        self._record.finish(begun, Judgement(Verdict.PASSED))
        return True

    def _put_back(self) -> bool:
        """Put back what was replaced; return whether that went well."""
        if self._needs is None:
            return True
        begun = self._record.begin("put back what was there before", Part.CLEANUP, 1, "put back")
        try:
            self._needs.close()
        except LabError as error:
            self._record.finish(begun, Judgement(Verdict.ERRORED, str(error)))
            return False
        self._record.finish(begun, Judgement(Verdict.PASSED))
        return True

    def _play_steps(self, unselected: frozenset[str]) -> bool:
        for index, step in enumerate(self.scenario.steps):
            if step.name in unselected:
                self._record.skip_one(index, "not selected")
                continue
            try:
                passed = self._play_step(step, Part.STEP, index + 1)
            except BaseException:
                self._record.skip(index + 1, "interrupted")
                raise
            if not passed:
                return self._record.skip(index + 1, f"step {step.name!r} did not pass")
        return True

    def _play_step(self, step: Step, part: Part, number: int, *, deleting: bool = False) -> bool:
        said = describe(step.action)
        text = f"kubectl delete what was applied ({said})" if deleting else said
        begun = self._record.begin(step.name, part, number, text, step)
        if isinstance(step.action, Apply) and part is Part.STEP:
            self.applied.append((step.name, step.action))
        return conclude(begun, step, self.stage, self._record, deleting=deleting)


def _needed(needs: Needs) -> str:
    parts = [
        *needs.images,
        *(f"zone {zone}" for zone in needs.zones),
        *([f"exports {needs.exports}"] if needs.exports else []),
        *(["the static folder's files"] if needs.static else []),
        *needs.names,
        *needs.urls,
    ]
    return ", ".join(parts)
