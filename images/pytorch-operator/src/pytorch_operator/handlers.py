"""Where kopf meets the reconciler.

Only `kopf.on.event` is used: timers, daemons and the change-detecting handlers would leave kopf's finalizer
and annotations on the job, and `kubectl get -o yaml` is to show what the original's did. So each unfinished
job that is seen, also one from before the start, gets a task of its own.
"""

from __future__ import annotations

import asyncio
import logging

import kopf

from operators.cluster import ApiServer
from operators.session import login, open_session

from . import reconcile, status
from .job import GROUP, PLURAL, RESOURCE, VERSION

log = logging.getLogger(__name__)


def registry() -> kopf.OperatorRegistry:
    """Give the operator: what to do at the start, at the end and for each event of a job."""
    operator = kopf.OperatorRegistry()
    tasks: dict[str, asyncio.Task[None]] = {}
    session: list[ApiServer] = []

    async def startup(settings: kopf.OperatorSettings, **_: object) -> None:
        settings.posting.enabled = False  # the operator records its own events
        session.append(open_session(settings, RESOURCE))

    async def cleanup(**_: object) -> None:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for api in session:
            await api.session.close()

    async def seen(type: str | None, body: kopf.Body, **_: object) -> None:  # noqa: A002  kopf names it
        metadata = body["metadata"]
        uid = metadata["uid"]
        if type == "DELETED":
            if task := tasks.pop(uid, None):
                task.cancel()
            return
        busy = uid in tasks and not tasks[uid].done()
        if not busy and (body.get("status") or {}).get("phase") not in status.ENDED:
            follow = reconcile.follow(session[0], metadata["namespace"], metadata["name"], uid)
            tasks[uid] = asyncio.create_task(follow, name=metadata["name"])
            tasks[uid].add_done_callback(_complain)

    kopf.on.startup(registry=operator)(startup)
    kopf.on.cleanup(registry=operator)(cleanup)
    kopf.on.event(GROUP, VERSION, PLURAL, registry=operator)(seen)
    kopf.on.login(registry=operator)(login)
    return operator


def _complain(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s: the operator gave up on it", task.get_name(), exc_info=error)
