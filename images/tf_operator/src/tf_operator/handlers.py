"""Where kopf meets the reconciler.

Only `kopf.on.event` is used: timers, daemons and the change-detecting handlers would leave kopf's finalizer
and annotations on the objects, and `kubectl get -o yaml` is to show what the original's did.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import kopf

from operators.cluster import ApiServer
from operators.session import login, open_session

from .follower import Follower
from .job import RESOURCE
from .reconcile import step

MARKS = {"group_name": RESOURCE.group}

log = logging.getLogger(__name__)


class Followers:
    """The jobs that are followed, by uid, each by a task of its own."""

    def __init__(self) -> None:
        self.api: ApiServer | None = None
        self.running: dict[str, tuple[Follower, asyncio.Task[None]]] = {}

    async def start(self, settings: kopf.OperatorSettings, **_: object) -> None:
        settings.posting.enabled = False  # the operator records its own events
        self.api = open_session(settings, RESOURCE)

    async def stop(self, **_: object) -> None:
        tasks = [task for _, task in self.running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.api is not None:
            await self.api.session.close()

    async def job_seen(self, type: str | None, body: kopf.Body, **_: object) -> None:  # noqa: A002  kopf's
        metadata = body["metadata"]
        uid = metadata["uid"]
        if type == "DELETED":
            if found := self.running.pop(uid, None):
                found[1].cancel()
            return
        if uid in self.running and not self.running[uid][1].done():
            self.running[uid][0].wake()
            return
        assert self.api is not None
        namespace, name = metadata["namespace"], metadata["name"]
        follower = Follower(f"{namespace}/{name}", partial(step, self.api, namespace, name, uid))
        task = asyncio.create_task(follower.run(), name=follower.name)
        task.add_done_callback(_complain)
        self.running[uid] = (follower, task)

    async def part_seen(self, body: kopf.Body, **_: object) -> None:
        """Wake the job whose pod or service has changed."""
        for owner in body["metadata"].get("ownerReferences") or []:
            if found := self.running.get(owner["uid"]):
                found[0].wake()


def registry() -> kopf.OperatorRegistry:
    """Give the operator: what to do at the start, at the end and for each event."""
    operator, followers = kopf.OperatorRegistry(), Followers()
    kopf.on.startup(registry=operator)(followers.start)
    kopf.on.cleanup(registry=operator)(followers.stop)
    kopf.on.login(registry=operator)(login)
    kopf.on.event(RESOURCE.group, RESOURCE.version, RESOURCE.plural, registry=operator)(followers.job_seen)
    for plural in ("pods", "services"):
        kopf.on.event("", "v1", plural, labels=MARKS, registry=operator)(followers.part_seen)
    return operator


def _complain(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s: the operator gave up on it", task.get_name(), exc_info=error)
