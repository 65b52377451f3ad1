"""Play scenarios: perform, judge, record, step after step, and clean up whatever happened.

A step that does not pass ends the story: the rest is skipped, what was applied is deleted, the cleanup
steps run. What a scenario made stays for those that need it, and goes when nothing to come does. The journal
is told of everything as it happens; nothing is returned but whether the scenarios held.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.events import RunFinished, RunStarted
from lab.host import Host
from lab.journal import Journal
from lab.replay.leftovers import sweep
from lab.replay.run import Run
from lab.replay.scenario_run import Prepare, ScenarioRun
from lab.replay.selection import chosen, has, select
from lab.spec.scenario import Scenario
from lab.spec.topology import Topology
from lab.steps import Stage

__all__ = ["Prepare", "chosen", "run", "select"]


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
    again: bool = False,
    cache: Path | None = None,
) -> bool:
    """Replay *scenarios*, which stand in the order of `lab.spec.order`; return whether all of them held.

    One whose `needs.scenarios` did not hold is skipped, and so did not hold. *only* plays that step alone,
    *start_from* leaves out the steps before it; scenarios that come before the step, or do not have it, are
    not played at all. *keep* leaves out the cleanup. *again* first runs the cleanup of all, for what an
    earlier run left. Ctrl-C ends the step under way; the journal says so, the cleanup is still tried, and
    KeyboardInterrupt goes on to the caller.
    """
    clock = host.clock
    scenarios = chosen(scenarios, only=only, start_from=start_from)
    journal.record(RunStarted(topology.name, tuple(one.name for one in scenarios), clock.now()))
    whole = Run(scenarios, journal, clock, keep=keep)
    clean, interrupted = True, False
    try:
        try:
            whole.start()
            clean = not again or sweep(scenarios, topology, host, journal, cache=cache)
            for scenario in scenarios:
                stage = Stage(topology, host, Path(scenario.source).resolve().parent, clock.now(), cache)
                whole.play(
                    ScenarioRun(scenario, stage, journal),
                    prepare,
                    select(scenario, only=only, start_from=start_from if has(scenario, start_from) else None),
                )
        finally:
            whole.finish()
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        journal.record(RunFinished(interrupted, clock.now()))
    return clean and whole.held
