"""Which scenarios a run plays, and in what order: those asked for, each after those that it needs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lab.errors import SpecError
from lab.spec.reading import line_of, read_scenario
from lab.spec.scenario import Scenario


def in_order(paths: Sequence[Path], *, alone: bool = False) -> tuple[Scenario, ...]:
    """Read *paths* and, unless *alone*, what they need; each once, groundwork first.

    Raises SpecError with the problems of all files together: unreadable ones, and needs that run in a circle.
    """
    walk = _Walk(alone=alone)
    for path in paths:
        walk.visit(path, ())
    by_name: dict[str, Scenario] = {}
    for scenario in walk.found:
        twin = by_name.setdefault(scenario.name, scenario)
        if twin is not scenario:
            walk.problems.append(
                f"{scenario.source}: the name {scenario.name!r} is also that of {twin.source}; rename one"
            )
    if walk.problems:
        raise SpecError(list(dict.fromkeys(walk.problems)))
    return tuple(walk.found)


class _Walk:
    """Depth first; a file is left when everything that it needs, or is made of, has been found."""

    def __init__(self, *, alone: bool) -> None:
        self.found: list[Scenario] = []
        self.problems: list[str] = []
        self._alone = alone
        self._seen: set[Path] = set()

    def visit(self, path: Path, trail: tuple[Path, ...]) -> None:
        place = Path(os.path.realpath(path))  # never raises, links in a circle included
        if place in self._seen:
            return
        self._seen.add(place)
        try:
            scenario = read_scenario(path)
        except SpecError as error:
            self.problems += error.problems
            return
        trail = (*trail, place)
        for key, index, name in _groundwork(scenario, alone=self._alone):
            needed = path.parent / name
            if (target := needed.resolve()) in trail:
                circle = " -> ".join(one.name for one in (*trail[trail.index(target) :], target))
                self.problems.append(f"{path}:{line_of(path, (*key, index))}: needs itself: {circle}")
            else:
                self.visit(needed, trail)
        self.found.append(scenario)


def _groundwork(scenario: Scenario, *, alone: bool) -> list[tuple[tuple[str, ...], int, str]]:
    """Return where each file stands in the scenario, and its name. A book is nothing without its chapters."""
    needed = () if alone else scenario.needs.scenarios
    return [
        *((("needs", "scenarios"), index, name) for index, name in enumerate(needed)),
        *((("chapters",), index, name) for index, name in enumerate(scenario.chapters)),
    ]
