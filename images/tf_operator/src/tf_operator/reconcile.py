"""Bring one job a step further: pods and services of each type, and its status; or tidy up after its end."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from operators.cluster import Cluster, Object
from operators.records import Owner

from . import exits, objects, status
from .job import (
    CLEAN_NONE,
    CLEAN_RUNNING,
    EXIT_CODE,
    RESOURCE,
    InvalidSpec,
    Job,
    ReplicaSet,
    read_job,
    with_defaults,
)
from .recorder import Recorder

TERMINATED = "TFJob terminated, deleting pods and services"
OVERWRITTEN = "Restart policy in pod template will be overwritten by restart policy in replica spec"


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is of a job at the beginning of a step."""

    pods: tuple[Object, ...]
    services: tuple[Object, ...]


async def step(cluster: Cluster, namespace: str, name: str, uid: str) -> bool:
    """Do what the job needs now; False when it is not there any more or cannot be read.

    Raises `Refused` for what the API server does not do, and `NoPort`; both are to be tried again.
    """
    body = await cluster.job(namespace, name)
    if body is None or body["metadata"]["uid"] != uid or "deletionTimestamp" in body["metadata"]:
        return False
    hands = Recorder(cluster, Owner(RESOURCE, name, namespace, uid))
    try:
        spec = with_defaults(body.get("spec"))
    except InvalidSpec as error:
        said = f"Failed to unmarshal the object to TFJob object: {error}"
        await hands.tell("Warning", "FailedMarshalTFJob", said)
        return False
    job = read_job({**body, "spec": spec})
    seen = await _look(cluster, job)
    current = status.begun(copy.deepcopy(body.get("status")))
    if status.has_ended(current):
        await _tidy(hands, job, seen)
        status.forget_counts(current)
    else:
        for replica_set in job.replica_sets:
            await _replicas(hands, job, replica_set, seen, current)
    if (body["spec"], body.get("status")) != (spec, current):
        await cluster.replace_job({**body, "spec": spec, "status": current})
    return True


async def _look(cluster: Cluster, job: Job) -> Seen:
    marks = objects.job_labels(job)
    pods = await cluster.matching("pods", job.namespace, marks)
    services = await cluster.matching("services", job.namespace, marks)
    return Seen(
        tuple(it for it in pods if objects.belongs(job, it)),
        tuple(it for it in services if objects.belongs(job, it)),
    )


async def _replicas(
    hands: Recorder, job: Job, replica_set: ReplicaSet, seen: Seen, current: dict[str, Any]
) -> None:
    restarts = False
    phases = []
    for index in range(replica_set.replicas):
        pods = [it for it in seen.pods if objects.is_replica(it, job, replica_set.type, index)]
        if not pods:
            await _make_pod(hands, job, replica_set, index)
            continue
        phases.append(exits.phase(pods[0]))
        if replica_set.restart_policy == EXIT_CODE and exits.is_retried(pods[0]):
            restarts = True
            await _delete_pod(hands, pods[0])
    status.count(current, replica_set.type, phases)
    status.judge(current, job, replica_set.type, replica_set.replicas, restarts=restarts, now=hands.now)
    for index in range(replica_set.replicas):
        if not any(objects.is_replica(it, job, replica_set.type, index) for it in seen.services):
            await hands.create("services", objects.service(job, replica_set, index))


async def _make_pod(hands: Recorder, job: Job, replica_set: ReplicaSet, index: int) -> None:
    made = objects.pod(job, replica_set, index)
    if replica_set.template["spec"].get("restartPolicy"):
        await hands.tell("Warning", "SettedPodTemplateRestartPolicy", OVERWRITTEN)
    await hands.create("pods", made)


async def _delete_pod(hands: Recorder, pod: Object) -> None:
    if "deletionTimestamp" not in pod["metadata"]:
        await hands.delete("pods", pod["metadata"]["name"])


async def _tidy(hands: Recorder, job: Job, seen: Seen) -> None:
    """Delete what `cleanPodPolicy` says, and tell so at each step for as long as a pod is left."""
    if not seen.pods:
        return
    await hands.tell("Normal", "TFJobTerminated", TERMINATED)
    if job.clean_pod_policy == CLEAN_NONE:
        return
    services = {it["metadata"]["name"] for it in seen.services}
    for pod in seen.pods:
        if job.clean_pod_policy == CLEAN_RUNNING and exits.phase(pod) != "Running":
            continue
        await _delete_pod(hands, pod)
        if pod["metadata"]["name"] in services:
            await hands.delete("services", pod["metadata"]["name"])
