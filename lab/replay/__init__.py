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
from lab.replay.company import Company
from lab.replay.leftovers import sweep
from lab.replay.play import Play, Prepare
from lab.replay.selection import chosen, has, select
from lab.replay.standing import Standing
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
    again: bool = False,
    cache: Path | None = None,
) -> bool:
    """Replay *scenarios*, which stand in the order of `lab.spec.order`; return whether all of them held.

    One whose `needs.scenarios` did not hold is skipped, and so did not hold. The options are `replay`'s:
    scenarios that come before the step which they name, or do not have it, are not played at all. *again*
    first runs the cleanup of all, for what an earlier run left. On Ctrl-C the journal says so, and
    KeyboardInterrupt goes on to the caller.
    """
    clock = host.clock
    scenarios = chosen(scenarios, only=only, start_from=start_from)
    journal.record(RunStarted(topology.name, tuple(one.name for one in scenarios), clock.now()))
    company = Company(scenarios, journal, clock, keep=keep)
    clean, interrupted = True, False
    try:
        try:
            company.open_books()
            clean = not again or sweep(scenarios, topology, host, journal, cache=cache)
            for scenario in scenarios:
                stage = Stage(topology, host, Path(scenario.source).resolve().parent, clock.now(), cache)
                company.play(
                    Play(scenario, stage, journal),
                    prepare,
                    select(scenario, only=only, start_from=start_from if has(scenario, start_from) else None),
                )
        finally:
            company.part()
    except KeyboardInterrupt:
        interrupted = True
        raise
    finally:
        journal.record(RunFinished(interrupted, clock.now()))
    return clean and company.held


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
    standing = Standing(Play(scenario, stage, journal))
    standing.begin()
    try:
        standing.tell(prepare, unselected)
    finally:
        standing.leave(keep=keep)
    return standing.held
