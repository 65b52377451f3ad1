"""Which scenarios, and which of their steps, `--only` and `--from` leave. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from lab.errors import SpecError
from lab.spec.complaints import unknown
from lab.spec.scenario import Scenario


def chosen(scenarios: Sequence[Scenario], *, only: str | None, start_from: str | None) -> Sequence[Scenario]:
    """Leave out the scenarios in which nothing is selected. Raises SpecError where nothing would be left."""
    if only is not None and start_from is not None:
        raise SpecError(["--only and --from: one step alone, or all from one on; take one of the two out"])
    for name in (only, start_from):
        if name is not None and not any(has(scenario, name) for scenario in scenarios):
            raise SpecError([unknown("step", name, [step.name for one in scenarios for step in one.steps])])
    if start_from is not None:
        first = next(index for index, scenario in enumerate(scenarios) if has(scenario, start_from))
        scenarios = scenarios[first:]
    return scenarios if only is None else [scenario for scenario in scenarios if has(scenario, only)]


def has(scenario: Scenario, name: str | None) -> bool:
    return any(step.name == name for step in scenario.steps)


def select(scenario: Scenario, *, only: str | None, start_from: str | None) -> frozenset[str]:
    """Return the names of the steps that are left out. Raises SpecError where no step has the name given."""
    names = [step.name for step in scenario.steps]
    for name in (only, start_from):
        if name is not None and name not in names:
            raise SpecError([f"{scenario.source}: {unknown('step', name, names)}"])
    out = set(names[: names.index(start_from)]) if start_from is not None else set()
    if only is not None:
        out |= set(names) - {only}
    return frozenset(out)
