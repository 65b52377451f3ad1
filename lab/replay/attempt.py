"""One step under way: tried, judged, and recorded together with what was looked up when it failed."""

from __future__ import annotations

from lab import steps
from lab.errors import LabError
from lab.events import Evidence
from lab.replay.record import Begun, Record
from lab.spec.actions import Action, Apply
from lab.spec.scenario import Step
from lab.steps import Stage, evidence, workloads
from lab.verdict import Judgement, Observation, Verdict, judge


def conclude(begun: Begun, step: Step, stage: Stage, record: Record, *, deleting: bool) -> bool:
    """Try *step*, record how it ended, and return whether it passed.

    An error of the lab is the step's verdict. Ctrl-C and bugs are recorded and raised again.
    """
    try:
        seen = attempt(step.action, stage, timeout=step.timeout.total_seconds(), deleting=deleting)
        judgement = judge(step.expect, seen)
    except LabError as error:
        seen, judgement = None, Judgement(Verdict.ERRORED, str(error))
    except BaseException:
        record.finish(begun, Judgement(Verdict.ERRORED, "interrupted"))
        raise
    found: tuple[Evidence, ...] = ()
    try:
        if judgement.verdict is not Verdict.PASSED:
            found = evidence.gather(step, stage)
    finally:
        record.finish(begun, judgement, seen, found)
    return judgement.verdict is Verdict.PASSED


def attempt(action: Action, stage: Stage, *, timeout: float, deleting: bool) -> Observation:
    """Perform *action*, or delete what it applied. *timeout* is in seconds."""
    if deleting:
        assert isinstance(action, Apply), "only what was applied is deleted"
        return workloads.delete(action, stage, timeout=timeout)
    return steps.perform(action, stage, timeout=timeout)
