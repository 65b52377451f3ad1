"""What the operator says about a job, from the pods it sees.

Quirks of the original, kept. Only the master decides. Workers are asked for under the indices 0, 1, ... while
their pods carry 1, 2, ...: index 0 has no pod, which counts as Running for ever, and the last worker is never
counted. So a finished job of one master and three workers ends with WORKER {Running: 1, Succeeded: 2}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .job import CONTAINER, MASTER, Job, ReplicaSet
from .objects import labels

CREATING, DONE, FAILED_PHASE = "Creating", "Done", "Failed"
RUNNING, SUCCEEDED, FAILED, UNKNOWN = "Running", "Succeeded", "Failed", "Unknown"
ENDED = (DONE, FAILED_PHASE, "CleanUp")

Pod = Mapping[str, Any]


def status_of(job: Job, pods: Iterable[Pod]) -> dict[str, Any]:
    """Give the whole status of a job that is worked on: Creating until its master has ended, then Done."""
    seen = tuple(pods)
    master = job.of_type(MASTER)
    assert master is not None
    state = replica_state(job, master, 0, seen)
    return {
        "phase": DONE if state in (SUCCEEDED, FAILED) else CREATING,
        "reason": "",
        "replicaStatuses": [replica_status(job, it, seen) for it in job.replica_sets],
        "state": state,
    }


def begun() -> dict[str, Any]:
    """Give the status of a job before anything is made for it."""
    return {"phase": CREATING, "reason": "", "replicaStatuses": None, "state": RUNNING}


def refused(reason: str) -> dict[str, Any]:
    """Give the status of a job whose spec is not valid."""
    return {"phase": FAILED_PHASE, "reason": reason, "replicaStatuses": [], "state": FAILED}


def replica_status(job: Job, replica_set: ReplicaSet, pods: Iterable[Pod]) -> dict[str, Any]:
    seen = tuple(pods)
    counts = Counter(replica_state(job, replica_set, index, seen) for index in range(replica_set.replicas))
    return {
        "ReplicasStates": dict(sorted(counts.items())),
        "replica_type": replica_set.type,
        "state": summary(counts, replica_set.replicas),
    }


def summary(counts: Mapping[str, int], replicas: int) -> str:
    """Give one word for a replica set: the worst news first, success only when all have it."""
    if counts.get(FAILED):
        return FAILED
    if counts.get(RUNNING):
        return RUNNING
    return SUCCEEDED if counts.get(SUCCEEDED) == replicas else UNKNOWN


def replica_state(job: Job, replica_set: ReplicaSet, index: int, pods: Iterable[Pod]) -> str:
    """Give the state of the newest pod with this index; no pod counts as Running."""
    matching = [it for it in pods if carries(it, labels(job, replica_set.type, index))]
    if not matching:
        return RUNNING
    return container_state(max(matching, key=lambda it: str(it["metadata"].get("creationTimestamp", ""))))


def container_state(pod: Pod) -> str:
    """Give the state of the container that counts; a restart to come does not soften a bad exit code."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    state = next((it.get("state") or {} for it in statuses if it["name"] == CONTAINER), {})
    if "terminated" in state:
        return SUCCEEDED if state["terminated"]["exitCode"] == 0 else FAILED
    return RUNNING if "running" in state or "waiting" in state else UNKNOWN


def carries(pod: Pod, wanted: Mapping[str, str]) -> bool:
    return wanted.items() <= (pod["metadata"].get("labels") or {}).items()
