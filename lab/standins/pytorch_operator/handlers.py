"""Where kopf meets the reconciler.

Only `kopf.on.event` is used: timers, daemons and the change-detecting handlers would leave kopf's finalizer
and annotations on the job, and `kubectl get -o yaml` is to show what the original's did. So each unfinished
job that is seen, also one from before the start, gets a task of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import cast

import aiohttp
import kopf

from . import reconcile, status
from .cluster import ApiServer
from .job import GROUP, PLURAL, VERSION

CALL_SECONDS = 30.0

log = logging.getLogger(__name__)


def registry() -> kopf.OperatorRegistry:
    """Give the operator: what to do at the start, at the end and for each event of a job."""
    operator = kopf.OperatorRegistry()
    tasks: dict[str, asyncio.Task[None]] = {}
    session: list[ApiServer] = []

    async def startup(settings: kopf.OperatorSettings, **_: object) -> None:
        settings.posting.enabled = False  # the operator records its own events
        session.append(_open(settings))

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


def login(**arguments: object) -> kopf.ConnectionInfo | None:
    """Find the API server: the pod's service account, else a kubeconfig."""
    find = (kopf.login_with_service_account, kopf.login_with_kubeconfig)
    found = (cast("Callable[..., kopf.ConnectionInfo | None]", it)(**arguments) for it in find)
    return next((it for it in found if it is not None), None)


def _open(settings: kopf.OperatorSettings) -> ApiServer:
    def connect() -> kopf.ConnectionInfo:
        info = login(settings=settings, logger=log)
        if info is None:
            raise kopf.PermanentError("neither a service account nor a kubeconfig is there")
        return info

    connector = aiohttp.TCPConnector(ssl=connect().as_ssl_context())
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    return ApiServer(aiohttp.ClientSession(connector=connector, timeout=timeout), connect)


def _complain(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("%s: the operator gave up on it", task.get_name(), exc_info=error)
