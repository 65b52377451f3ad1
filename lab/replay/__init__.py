"""Play scenarios: perform, judge, record, step after step, and clean up whatever happened.

A step that does not pass ends the story: the rest is skipped, what was applied is deleted, the cleanup steps
run. The journal is told of everything as it happens; nothing is returned but whether the scenario held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lab.errors import SpecError
from lab.host import Host
from lab.journal import Journal, RunFinished, RunStarted, ScenarioFinished, ScenarioStarted
from lab.replay.play import Play, Prepare
from lab.spec.complaints import unknown
from lab.spec.scenario import Scenario
from lab.spec.topology import Topology
from lab.steps import Stage

__all__ = ["Prepare", "chosen", "replay", "run", "select"]


def run(
    scenarios: Sequence[Scenario],
    topology: Topology,
    host: Host,
    journal: Journal,
    *,
    prepare: Prepare | None = None,
    only: str | None = None,
    start_from: str | None = None,
    keep: bool = False,
    cache: Path | None = None,
) -> bool:
    """Replay *scenarios* in order; return whether all of them held.

    One whose `needs.scenarios` did not hold is skipped, and so did not hold. The options are `replay`'s:
    scenarios that come before the step which they name, or do not have it, are not played at all.
    On Ctrl-C the journal says so, and KeyboardInterrupt goes on to the caller.
    """
    clock = host.clock
    scenarios = chosen(scenarios, only=only, start_from=start_from)
    journal.record(RunStarted(topology.name, tuple(one.name for one in scenarios), clock.now()))
    held: dict[Path, bool] = {}
    interrupted = False
    try:
        for scenario in scenarios:
            source = Path(scenario.source).resolve()
            broken = [
                name
                for name in scenario.needs.scenarios
                if held.get((source.parent / name).resolve()) is False
            ]
            stage = Stage(topology, host, source.parent, clock.now(), cache)
            if broken:
                held[source] = _skip(scenario, stage, journal, f"{', '.join(broken)} did not hold")
                continue
            held[source] = replay(
                scenario,
                stage,
                journal,
                prepare=prepare,
                only=only,
                start_from=start_from if _has(scenario, start_from) else None,
                keep=keep,
            )
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        journal.record(RunFinished(interrupted, clock.now()))
    return all(held.values())


def replay(
    scenario: Scenario,
    stage: Stage,
    journal: Journal,
    *,
    prepare: Prepare | None = None,
    only: str | None = None,
    start_from: str | None = None,
    keep: bool = False,
) -> bool:
    """Play one scenario; return whether every step, cleanup included, passed.

    *only* plays that step alone, *start_from* leaves out the steps before it; *keep* leaves out the cleanup.
    An interrupt (Ctrl-C) ends the step under way, the cleanup is still tried, and it goes on to the caller.
    """
    unselected = select(scenario, only=only, start_from=start_from)
    play = Play(scenario, replace(stage, started=stage.host.clock.now()), journal)
    journal.record(_started(scenario, play.now()))
    held = False
    try:
        with play.prepared(prepare) as ready:
            try:
                held = play.steps(unselected) if ready else play.skip(0, "what it needs is not there")
            finally:
                clean = keep or not ready or play.clean()
        held = held and clean and play.tidy
    finally:
        journal.record(ScenarioFinished(scenario.name, held, play.now()))
    return held


def chosen(scenarios: Sequence[Scenario], *, only: str | None, start_from: str | None) -> Sequence[Scenario]:
    """Leave out the scenarios in which nothing is selected. Raises SpecError where nothing would be left."""
    for name in (only, start_from):
        if name is not None and not any(_has(scenario, name) for scenario in scenarios):
            raise SpecError([unknown("step", name, [step.name for one in scenarios for step in one.steps])])
    if start_from is not None:
        first = next(index for index, scenario in enumerate(scenarios) if _has(scenario, start_from))
        scenarios = scenarios[first:]
    return scenarios if only is None else [scenario for scenario in scenarios if _has(scenario, only)]


def _has(scenario: Scenario, name: str | None) -> bool:
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


def _started(scenario: Scenario, at: datetime) -> ScenarioStarted:
    return ScenarioStarted(
        scenario.name, scenario.summary, scenario.source, scenario.document, len(scenario.steps), at
    )


def _skip(scenario: Scenario, stage: Stage, journal: Journal, reason: str) -> bool:
    play = Play(scenario, stage, journal)
    journal.record(_started(scenario, play.now()))
    play.skip(0, reason)
    journal.record(ScenarioFinished(scenario.name, held=False, at=play.now()))
    return False
