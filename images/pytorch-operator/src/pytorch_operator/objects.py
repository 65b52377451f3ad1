"""What is made for a job: services, pods, events, and the names and labels they carry.

Quirk of the original, kept: worker *i* is rank *i+1*, and its pod says so in `task_index`, while services
count workers from 0. So the first worker's service selects nothing, and the last worker has none; only the
master's is used.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from operators import records

from .job import CONTAINER, GROUP, LETTERS, MASTER, RESOURCE, Job, ReplicaSet

NAME_LENGTH = 40
PORT_NAME = "tf-port"
COMPONENT = "kubeflow"


@dataclass(frozen=True, slots=True)
class Member:
    """One process of the job: its replica set and its rank among all."""

    replica_set: ReplicaSet
    rank: int


def members(job: Job) -> tuple[Member, ...]:
    return tuple(
        Member(replica_set, index if replica_set.type == MASTER else index + 1)
        for replica_set in job.replica_sets
        for index in range(replica_set.replicas)
    )


def labels(job: Job, replica_type: str, index: int) -> dict[str, str]:
    return {
        GROUP: "",
        "job_type": replica_type,
        "runtime_id": job.runtime_id,
        "pytorch_job_name": job.name,
        "task_index": str(index),
    }


def service_name(job: Job, replica_type: str, index: int) -> str:
    return f"{job.name[:NAME_LENGTH]}-{replica_type.lower()}-{job.runtime_id}-{index}"


def new_suffix() -> str:
    return "".join(random.choices(LETTERS, k=5))  # noqa: S311  a name, not a secret


def services(job: Job) -> tuple[dict[str, Any], ...]:
    """Give all services of *job*; their index counts from 0 within each type."""
    return tuple(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": _metadata(
                job, service_name(job, replica_set.type, index), labels(job, replica_set.type, index)
            ),
            "spec": {
                "selector": labels(job, replica_set.type, index),
                "ports": [{"name": PORT_NAME, "port": replica_set.port}],
            },
        }
        for replica_set in job.replica_sets
        for index in range(replica_set.replicas)
    )


def pod(job: Job, member: Member, suffix: str) -> dict[str, Any]:
    """Give the pod of *member*: the template, with the job's marks and, in container `pytorch`, its place."""
    own = labels(job, member.replica_set.type, member.rank)
    template = copy.deepcopy(dict(member.replica_set.template))
    given = template.get("metadata") or {}
    metadata = _metadata(
        job,
        f"{service_name(job, member.replica_set.type, member.rank)}-{suffix}",
        {**(given.get("labels") or {}), **own},
    )
    if given.get("annotations"):
        metadata["annotations"] = given["annotations"]
    spec = template["spec"]
    if job.scheduler:
        spec["schedulerName"] = job.scheduler
    for container in spec["containers"]:
        if container["name"] == CONTAINER:
            container["env"] = [*(container.get("env") or []), *environment(job, member)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def environment(job: Job, member: Member) -> list[dict[str, str]]:
    """Give torch's `env://` variables, and the TF_CONFIG that the original inherited from its model."""
    master = job.of_type(MASTER)
    assert master is not None
    address = "localhost" if member.replica_set.type == MASTER else service_name(job, MASTER, 0)
    values = {
        "TF_CONFIG": tf_config(job, member),
        "MASTER_PORT": str(master.port),
        "MASTER_ADDR": address,
        "WORLD_SIZE": str(job.world_size),
        "RANK": str(member.rank),
        "PYTHONUNBUFFERED": "0",  # not empty, so Python does not buffer
    }
    return [{"name": name, "value": value} for name, value in values.items()]


def tf_config(job: Job, member: Member) -> str:
    cluster = {
        replica_set.type.lower(): [
            f"{service_name(job, replica_set.type, index)}:{replica_set.port}"
            for index in range(replica_set.replicas)
        ]
        for replica_set in job.replica_sets
    }
    task = {"type": member.replica_set.type.lower(), "index": member.rank}
    return json.dumps({"cluster": cluster, "task": task, "environment": "cloud"}, separators=(",", ":"))


def event(job: Job, kind: str, reason: str, message: str, *, now: datetime) -> dict[str, Any]:
    """Give an event on *job*; *kind* is Normal or Warning, *now* has a time zone."""
    return records.event(_owner(job), COMPONENT, kind, reason, message, now=now)


def _metadata(job: Job, name: str, own_labels: dict[str, str]) -> dict[str, Any]:
    return records.owned(_owner(job), name, own_labels)


def _owner(job: Job) -> records.Owner:
    return records.Owner(RESOURCE, job.name, job.namespace, job.uid)
