"""Which scenarios a run plays, and in what order: those asked for, each after those that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.errors import SpecError
from lab.spec.reading import read_scenario
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
    """Depth first; a file is left when everything that it needs has been found."""

    def __init__(self, *, alone: bool) -> None:
        self.found: list[Scenario] = []
        self.problems: list[str] = []
        self._alone = alone
        self._seen: set[Path] = set()

    def visit(self, path: Path, trail: tuple[Path, ...]) -> None:
        place = path.resolve()
        if place in trail:
            circle = [*trail[trail.index(place) :], place]
            self.problems.append(f"{path}: needs itself: {' -> '.join(one.name for one in circle)}")
            return
        if place in self._seen:
            return
        self._seen.add(place)
        try:
            scenario = read_scenario(path)
        except SpecError as error:
            self.problems += error.problems
            return
        for needed in () if self._alone else scenario.needs.scenarios:
            self.visit(path.parent / needed, (*trail, place))
        self.found.append(scenario)
