"""`before.json` of a run folder: how long the same steps took when they last passed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from lab.events import StepFinished
from lab.report.digest import Run
from lab.spec.readback import read_back
from lab.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Before:
    """Seconds by scenario, then by part and step; and of a scenario as a whole, where it held."""

    steps: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    scenarios: Mapping[str, float] = field(default_factory=dict)

    def of(self, scenario: str, part: str, step: str) -> float | None:
        return self.steps.get(scenario, {}).get(f"{part} {step}")


def before_of(runs: Iterable[Run]) -> Before:
    """Gather from *runs*, newest first: what a newer one tells goes before what an older one does."""
    steps: dict[str, dict[str, float]] = {}
    scenarios: dict[str, float] = {}
    for run in runs:
        for played in run.scenarios:
            name = played.started.scenario
            known = steps.setdefault(name, {})
            for step in played.steps:
                if step.judgement.verdict is Verdict.PASSED:
                    known.setdefault(_key(step), round(step.seconds, 3))
            if played.held and played.seconds:
                scenarios.setdefault(name, round(played.seconds, 3))
    return Before(steps, scenarios)


def _key(step: StepFinished) -> str:
    return f"{step.part} {step.step}"


_BEFORE: TypeAdapter[Before] = TypeAdapter(Before)


def as_json(before: Before) -> str:
    return _BEFORE.dump_json(before, indent=1).decode() + "\n"


def parse(text: str, source: str) -> Before:
    """Read what `as_json` wrote. Raises SpecError."""
    return read_back(_BEFORE, text, source, "what earlier runs took")
