"""Bring one job a step further: services, then pods, then its status."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from operators.cluster import Cluster, Conflict, Object, Refused

from . import objects, status
from .job import InvalidSpec, Job, new_runtime_id, read_job, with_defaults

PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0  # after refusals in a row

log = logging.getLogger(__name__)


async def follow(
    cluster: Cluster,
    namespace: str,
    name: str,
    uid: str,
    *,
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
) -> None:
    """Work on the job until it has ended or is gone; what the API server refuses is tried ever slower."""
    pause = PAUSE_SECONDS
    while True:
        try:
            if not await step(cluster, namespace, name, uid):
                return
            pause = PAUSE_SECONDS
        except Conflict:
            pause = PAUSE_SECONDS  # somebody else wrote; the next step reads anew
        except Refused as refusal:
            log.warning("%s/%s: %s; trying again in %.0f s", namespace, name, refusal, pause)
            await sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
            continue
        await sleep(pause)


async def step(cluster: Cluster, namespace: str, name: str, uid: str) -> bool:
    """Do what the job needs now and say whether more is to come. Raises `Refused`."""
    body = await cluster.job(namespace, name)
    if body is None or body["metadata"]["uid"] != uid or "deletionTimestamp" in body["metadata"]:
        return False
    phase = (body.get("status") or {}).get("phase", "")
    if phase in status.ENDED:
        return False
    try:
        spec = with_defaults(body.get("spec") or {}, runtime_id=new_runtime_id())
        job = read_job({**body, "spec": spec})
    except InvalidSpec as error:
        reason = f"invalid job spec: {error}"
        log.warning("%s/%s: %s", namespace, name, reason)
        await cluster.replace_job({**body, "status": status.refused(reason)})
        return False
    if not phase or spec != body["spec"]:
        log.info("%s/%s: goes by RuntimeId %s", namespace, name, job.runtime_id)
        body = await cluster.replace_job(
            {**body, "spec": spec, "status": body.get("status") or status.begun()}
        )
    await _make_services(cluster, job)
    pods = await _make_pods(cluster, job)
    return await _tell(cluster, body, status.status_of(job, pods))


async def _make_services(cluster: Cluster, job: Job) -> None:
    made = await cluster.matching("services", job.namespace, _marks(job))
    names = {it["metadata"]["name"] for it in made}
    for service in objects.services(job):
        if service["metadata"]["name"] not in names:
            await _create(cluster, job, "services", service, "Service")


async def _make_pods(cluster: Cluster, job: Job) -> list[Object]:
    """Make a pod for each member that has none but failed ones; give the pods that stood there before."""
    pods = await cluster.matching("pods", job.namespace, _marks(job))
    for member in objects.members(job):
        own = objects.labels(job, member.replica_set.type, member.rank)
        alive = [it for it in pods if status.carries(it, own) and it["status"].get("phase") != "Failed"]
        if not alive:
            await _create(cluster, job, "pods", objects.pod(job, member, objects.new_suffix()), "pod")
    return pods


async def _create(cluster: Cluster, job: Job, plural: str, body: Object, word: str) -> None:
    name = body["metadata"]["name"]
    try:
        await cluster.create(plural, body)
    except Refused as refusal:
        await _report(cluster, job, "Warning", "FailedCreate", f"Error creating: {refusal}")
        raise
    await _report(cluster, job, "Normal", "SuccessfulCreate", f"Created {word}: {name}")


async def _report(cluster: Cluster, job: Job, kind: str, reason: str, message: str) -> None:
    """Record an event; one that is refused is worth a log line only, as everywhere in Kubernetes."""
    log.info("%s/%s: %s", job.namespace, job.name, message)
    try:
        await cluster.create("events", objects.event(job, kind, reason, message, now=datetime.now(UTC)))
    except Refused as refusal:
        log.warning("%s/%s: event was refused: %s", job.namespace, job.name, refusal)


async def _tell(cluster: Cluster, body: Object, current: Object) -> bool:
    if body.get("status") != current:
        await cluster.replace_job({**body, "status": current})
    return current["phase"] not in status.ENDED


def _marks(job: Job) -> dict[str, str]:
    return {"pytorch_job_name": job.name, "runtime_id": job.runtime_id}
