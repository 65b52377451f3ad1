"""What the scenarios of a run need of one another. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lab.spec.scenario import Scenario


def place(scenario: Scenario) -> Path:
    """Return the scenario's file, by which others name it."""
    return Path(scenario.source).resolve()


def groundwork(scenario: Scenario) -> list[Path]:
    """Return the files of the scenarios that this one needs, or that are its chapters."""
    folder = place(scenario).parent
    return [(folder / name).resolve() for name in scenario.groundwork]


def needed(to_come: Iterable[Scenario], scenarios: Sequence[Scenario]) -> set[Path]:
    """Return the files that those *to_come* need, and those that these need."""
    there = {place(one): one for one in scenarios}
    wanted: set[Path] = set()
    asking = list(to_come)
    while asking:
        for path in groundwork(asking.pop()):
            if path not in wanted:
                wanted.add(path)
                asking += [there[path]] if path in there else []
    return wanted
