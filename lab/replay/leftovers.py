"""What an earlier run left (`--keep`, or one that was killed) goes before the first step (`--again`)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.events import ScenarioFinished, ScenarioStarted
from lab.host import Host
from lab.journal import Journal
from lab.replay.scenario_run import ScenarioRun
from lab.spec.actions import Apply
from lab.spec.scenario import Scenario
from lab.spec.topology import Topology
from lab.steps import Stage

SECTION = "what an earlier run left"
"""The name of the section in every report; with its blanks it can be no scenario's."""


def sweep(
    scenarios: Sequence[Scenario],
    topology: Topology,
    host: Host,
    journal: Journal,
    *,
    cache: Path | None = None,
) -> bool:
    """Run the cleanup of *scenarios*, last first; return whether all of it passed.

    A cleanup must do whatever happened before, so also where nothing did.
    """
    now = host.clock.now
    journal.record(ScenarioStarted(SECTION, "removed before the first step (--again)", "", None, 0, now()))
    passed = False
    try:
        outcomes = [
            _played(scenario, topology, host, journal, cache).clean_up() for scenario in reversed(scenarios)
        ]
        passed = all(outcomes)
    finally:
        journal.record(ScenarioFinished(SECTION, passed, now()))
    return passed


def _played(
    scenario: Scenario, topology: Topology, host: Host, journal: Journal, cache: Path | None
) -> ScenarioRun:
    """Return *scenario* as if every step had applied its objects."""
    stage = Stage(topology, host, Path(scenario.source).resolve().parent, host.clock.now(), cache)
    applied = [(step.name, step.action) for step in scenario.steps if isinstance(step.action, Apply)]
    return ScenarioRun(scenario.model_copy(update={"name": SECTION}), stage, journal, applied)
