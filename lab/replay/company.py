"""Scenarios that are played one after the other, each staying for as long as one to come needs it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from lab.events import ScenarioFinished, ScenarioStarted
from lab.host.clock import Clock
from lab.journal import Journal
from lab.replay.play import Play, Prepare
from lab.replay.standing import Standing
from lab.spec.scenario import Scenario


@dataclass(slots=True)
class Company:
    """*scenarios* are all of a run, groundwork first; each is to be played in that order."""

    scenarios: Sequence[Scenario]
    journal: Journal
    clock: Clock
    keep: bool = False
    _standing: list[Standing] = field(default_factory=list)
    _played: dict[Path, Standing] = field(default_factory=dict)
    _hurried: bool = False

    @property
    def held(self) -> bool:
        return all(one.held for one in self._played.values())

    def open_books(self) -> None:
        """Record the beginning of those made of chapters, first: a torn journal shows what it was to be."""
        names = {_place(one): one.name for one in self.scenarios}
        for book in self._books():
            chapters = tuple(names[path] for path in _groundwork(book) if path in names)
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

    def play(self, play: Play, prepare: Prepare | None, unselected: frozenset[str]) -> None:
        """Play a scenario, unless what it needs did not hold; let go those that nothing to come needs."""
        scenario = play.scenario
        if not scenario.chapters:
            standing = Standing(play)
            broken = [
                name
                for name, path in zip(scenario.needs.scenarios, _groundwork(scenario), strict=True)
                if path in self._played and not self._played[path].held
            ]
            standing.begin()
            self._standing.append(standing)
            self._played[_place(scenario)] = standing
            if broken:
                standing.skip(f"{', '.join(broken)} did not hold")
            else:
                standing.tell(prepare, unselected)
        position = next(index for index, one in enumerate(self.scenarios) if one is scenario)
        wanted = self._needed(self.scenarios[position + 1 :])
        self._let_go([one for one in self._standing if _place(one.scenario) not in wanted])

    def part(self) -> None:
        """Let go all that still stand, whatever happened, and close the books."""
        try:
            self._let_go(list(self._standing))
        finally:
            for book in reversed(self._books()):
                held = all(
                    self._played[path].held for path in _groundwork(book) if path in self._played
                ) and bool(self._played)
                self.journal.record(ScenarioFinished(book.name, held, self.clock.now()))

    def _books(self) -> list[Scenario]:
        return [one for one in self.scenarios if one.chapters]

    def _let_go(self, leaving: Sequence[Standing]) -> None:
        """Clean up, last first; what one raises is raised after all. Ctrl-C leaves out the other cleanups."""
        with ExitStack() as all_of_them:
            for one in leaving:
                self._standing.remove(one)
                all_of_them.callback(self._leave, one)

    def _leave(self, one: Standing) -> None:
        try:
            one.leave(keep=self.keep or self._hurried)
        except KeyboardInterrupt:
            self._hurried = True
            raise

    def _needed(self, to_come: Sequence[Scenario]) -> set[Path]:
        """Return the files that those *to_come* need, and those that these need."""
        there = {_place(one): one for one in self.scenarios}
        wanted: set[Path] = set()
        asking = list(to_come)
        while asking:
            for path in _groundwork(asking.pop()):
                if path not in wanted:
                    wanted.add(path)
                    asking += [there[path]] if path in there else []
        return wanted


def _place(scenario: Scenario) -> Path:
    return Path(scenario.source).resolve()


def _groundwork(scenario: Scenario) -> list[Path]:
    folder = _place(scenario).parent
    return [(folder / name).resolve() for name in scenario.groundwork]
