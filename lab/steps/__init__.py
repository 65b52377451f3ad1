"""What happens in a scenario: one function an action, each giving an observation, never a verdict.

A failed attempt is an answer. Only what keeps the lab from attempting at all is raised, as a LabError.
"""

from __future__ import annotations

from typing import assert_never

from lab.spec.actions import Action, Apply, Browse, Connect, Fetch, Load, Observe, Resolve, Run, Wait, Wanted
from lab.steps import browse, commands, connect, load, names, observe, wanted, web, workloads
from lab.steps.stage import Stage
from lab.verdict import Observation

__all__ = ["Stage", "perform"]


def perform(  # noqa: C901, PLR0911 - one for each
    action: Action, stage: Stage, *, timeout: float
) -> Observation:
    """Attempt *action*, within *timeout* seconds, and say how it ended."""
    match action:
        case Run():
            return commands.run(action, stage, timeout=timeout)
        case Apply():
            return workloads.apply(action, stage, timeout=timeout)
        case Wait():
            return workloads.wait(action, stage, timeout=timeout)
        case Resolve():
            return names.resolve(action, stage, timeout=timeout)
        case Fetch():
            return web.fetch(action, stage, timeout=timeout)
        case Connect():
            return connect.connect(action, stage, timeout=timeout)
        case Wanted():
            return wanted.wanted(action, stage, timeout=timeout)
        case Observe():
            return observe.observe(action, stage, timeout=timeout)
        case Load():
            return load.load(action, stage, timeout=timeout)
        case Browse():
            return browse.browse(action, stage, timeout=timeout)
        case _:
            assert_never(action)
