"""What the operator says about a job, from the pods that it sees.

Quirks of v0.2.0, kept. `Created` is never stored. Only Chief decides, or Worker where there is no Chief: a
Master does not count, so a job whose Master has succeeded goes on "Running" while its worker runs. Conditions
are appended and stay "True", except that Running and Restarting remove each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from .job import CHIEF, PS, WORKER, Job

RUNNING, RESTARTING, SUCCEEDED, FAILED = "Running", "Restarting", "Succeeded", "Failed"
ENDED = (SUCCEEDED, FAILED)
WORDS = {
    RUNNING: "is running",
    RESTARTING: "is restarting",
    SUCCEEDED: "is successfully completed",
    FAILED: "is failed",
}
COUNTED = {"Running": "active", "Succeeded": "succeeded", "Failed": "failed"}
"""Phases of pods, and under what they are counted; zero is left out."""

Status = MutableMapping[str, Any]


def begun(stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the status to work on, from the stored one."""
    return {"conditions": None, "tfReplicaStatuses": None, **(stored or {})}


def has_ended(status: Mapping[str, Any]) -> bool:
    return any(
        it.get("type") in ENDED and it.get("status") == "True" for it in status.get("conditions") or []
    )


def count(status: Status, replica_type: str, phases: Iterable[str]) -> None:
    """Say how many pods of *replica_type* are in which phase."""
    counts: dict[str, int] = {}
    for word in (COUNTED[phase] for phase in phases if phase in COUNTED):
        counts[word] = counts.get(word, 0) + 1
    status["tfReplicaStatuses"] = {**(status["tfReplicaStatuses"] or {}), replica_type: counts}


def judge(status: Status, job: Job, replica_type: str, replicas: int, *, restarts: bool, now: str) -> None:
    """Draw the conclusions from one counted replica set; *restarts*: a pod was just taken down for it."""
    counts = status["tfReplicaStatuses"][replica_type]
    active, succeeded = counts.get("active", 0), counts.get("succeeded", 0)
    if active == replicas and not status.get("startTime"):
        status["startTime"] = now
    if replica_type == (CHIEF if job.has(CHIEF) else WORKER):
        if active:
            add_condition(status, job, RUNNING, now)
        if succeeded == replicas:
            status["completionTime"] = now
            add_condition(status, job, SUCCEEDED, now)
    if counts.get("failed"):
        add_condition(status, job, RESTARTING if restarts else FAILED, now)


def add_condition(status: Status, job: Job, kind: str, now: str) -> None:
    """Append a condition, unless the last one says the same."""
    conditions = list(status["conditions"] or [])
    if conditions and (conditions[-1]["type"], conditions[-1]["status"]) == (kind, "True"):
        return
    gone = {kind, *({RUNNING, RESTARTING} if kind in (RUNNING, RESTARTING) else ())}
    condition = {
        "type": kind,
        "status": "True",
        "reason": f"TFJob{kind}",
        "message": f"TFJob {job.name} {WORDS[kind]}.",
        "lastUpdateTime": now,
        "lastTransitionTime": now,
    }
    status["conditions"] = [*(it for it in conditions if it["type"] not in gone), condition]


def forget_counts(status: Status) -> None:
    """Empty the counts after the end, of these three types whether or not the job has them."""
    status["tfReplicaStatuses"] = {
        **(status["tfReplicaStatuses"] or {}),
        **{it: {} for it in (WORKER, PS, CHIEF)},
    }
