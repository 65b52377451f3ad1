"""The way to the API server: the pod's service account, or a kubeconfig."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import cast

import aiohttp
import kopf

from .cluster import ApiServer, Resource

CALL_SECONDS = 30.0

log = logging.getLogger(__name__)


def login(**arguments: object) -> kopf.ConnectionInfo | None:
    """Find the API server: the pod's service account, else a kubeconfig."""
    find = (kopf.login_with_service_account, kopf.login_with_kubeconfig)
    found = (cast("Callable[..., kopf.ConnectionInfo | None]", it)(**arguments) for it in find)
    return next((it for it in found if it is not None), None)


def open_session(settings: kopf.OperatorSettings, resource: Resource) -> ApiServer:
    """Give the API server; to be called inside the event loop. Raises `kopf.PermanentError` without one."""

    def connect() -> kopf.ConnectionInfo:
        info = login(settings=settings, logger=log)
        if info is None:
            raise kopf.PermanentError("neither a service account nor a kubeconfig is there")
        return info

    connector = aiohttp.TCPConnector(ssl=connect().as_ssl_context())
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    return ApiServer(aiohttp.ClientSession(connector=connector, timeout=timeout), connect, resource)
