"""All scenarios of a run, one after the other; each stays for as long as one to come needs it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from lab.events import ScenarioFinished, ScenarioStarted
from lab.host.clock import Clock
from lab.journal import Journal
from lab.replay.order import groundwork, needed, place
from lab.replay.scenario_run import Prepare, ScenarioRun
from lab.spec.scenario import Scenario


@dataclass(slots=True)
class Run:
    """*scenarios* in the order in which they are played: what one needs comes before it."""

    scenarios: Sequence[Scenario]
    journal: Journal
    clock: Clock
    keep: bool = False
    _open: list[ScenarioRun] = field(default_factory=list)
    """Played and not yet finished."""
    _played: dict[Path, ScenarioRun] = field(default_factory=dict)
    _interrupted: bool = False
    """Ctrl-C came during a cleanup: the others are left out."""

    @property
    def held(self) -> bool:
        return all(one.held for one in self._played.values())

    def start(self) -> None:
        """Record scenarios made of chapters first, so that a torn journal shows what was to be played."""
        names = {place(one): one.name for one in self.scenarios}
        for book in self._books():
            chapters = tuple(names[path] for path in groundwork(book) if path in names)
            self.journal.record(
                ScenarioStarted(
                    book.name,
                    book.summary,
                    book.source,
                    book.document,
                    0,
                    self.clock.now(),
                    chapters=chapters,
                    findings=book.findings,
                )
            )

    def play(self, one: ScenarioRun, prepare: Prepare | None, unselected: frozenset[str]) -> None:
        """Play a scenario, unless what it needs did not hold; finish those that nothing to come needs."""
        scenario = one.scenario
        if not scenario.chapters:
            broken = [
                name
                for name, path in zip(scenario.needs.scenarios, groundwork(scenario), strict=True)
                if path in self._played and not self._played[path].held
            ]
            one.start()
            self._open.append(one)
            self._played[place(scenario)] = one
            if broken:
                one.skip(f"{', '.join(broken)} did not hold")
            else:
                one.play(prepare, unselected)
        position = next(index for index, other in enumerate(self.scenarios) if other is scenario)
        wanted = needed(self.scenarios[position + 1 :], self.scenarios)
        self._finish([other for other in self._open if place(other.scenario) not in wanted])

    def finish(self) -> None:
        """Finish all that are open, whatever happened, then the scenarios made of chapters."""
        try:
            self._finish(list(self._open))
        finally:
            for book in reversed(self._books()):
                played = [self._played[path] for path in groundwork(book) if path in self._played]
                held = bool(self._played) and all(one.held for one in played)
                self.journal.record(ScenarioFinished(book.name, held, self.clock.now()))

    def _books(self) -> list[Scenario]:
        return [one for one in self.scenarios if one.chapters]

    def _finish(self, leaving: Sequence[ScenarioRun]) -> None:
        """Finish them, last first. What one raises is raised when all are done."""
        with ExitStack() as last_first:
            for one in leaving:
                self._open.remove(one)
                last_first.callback(self._finish_one, one)

    def _finish_one(self, one: ScenarioRun) -> None:
        try:
            one.finish(keep=self.keep or self._interrupted)
        except KeyboardInterrupt:
            self._interrupted = True
            raise
