"""One scenario from its first step to the end of its cleanup, with room for others in between."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from lab.events import ScenarioFinished, ScenarioStarted
from lab.replay.play import Play, Prepare
from lab.spec.scenario import Scenario


@dataclass(slots=True)
class Standing:
    """What a scenario made and was given is there from `tell` until `leave`."""

    play: Play
    held: bool = False
    """What is known so far; the cleanup counts too."""
    _needs: ExitStack = field(default_factory=ExitStack)
    _ready: bool = False

    @property
    def scenario(self) -> Scenario:
        return self.play.scenario

    def begin(self) -> None:
        self.play.stage = replace(self.play.stage, started=self.play.now())
        self.play.journal.record(started(self.play))

    def tell(self, prepare: Prepare | None, unselected: frozenset[str]) -> None:
        """Play the steps, after what they need is in place."""
        self._ready = self._needs.enter_context(self.play.prepared(prepare))
        if self._ready:
            self.held = self.play.steps(unselected)
        else:
            self.held = self.play.record.skip(0, "what it needs is not there")

    def skip(self, reason: str) -> None:
        self.play.record.skip(0, reason)

    def leave(self, *, keep: bool) -> None:
        """Clean up, unless *keep*, and put back what was there before; then say how the scenario went."""
        told, self.held = self.held, False
        try:
            try:
                clean = keep or not self._ready or self.play.clean()
            finally:
                self._needs.close()
            self.held = told and clean and self.play.tidy
        finally:
            self.play.journal.record(ScenarioFinished(self.scenario.name, self.held, self.play.now()))


def started(play: Play) -> ScenarioStarted:
    scenario = play.scenario
    return ScenarioStarted(
        scenario.name,
        scenario.summary,
        scenario.source,
        scenario.document,
        len(scenario.steps),
        play.now(),
        findings=scenario.findings,
    )
