"""The API under /tfjobs/api/: lists, details, new jobs and deletions, as the API server gives them."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from operators.cluster import Object, Refused

JOBS = "/apis/kubeflow.org/v1alpha2"
PREFIX = "/tfjobs/api"

log = logging.getLogger(__name__)


class Door(Protocol):
    """The API server, by path."""

    async def call(
        self, verb: str, path: str, *, body: Object | None = None, missing_ok: bool = False
    ) -> Object | None:
        """Ask for *path*; None when it is not there and that is *missing_ok*. Raises `Refused`."""

    async def text(self, path: str) -> str:
        """Read *path* as text. Raises `Refused`."""


Handler = Callable[[web.Request], Awaitable[web.Response]]


def routes(door: Door) -> list[web.RouteDef]:
    """Give the routes; *door* is asked with the rights of the dashboard's own account."""

    async def jobs(request: web.Request) -> web.Response:
        namespace = request.match_info.get("namespace")
        within = f"/namespaces/{namespace}" if namespace else ""
        return web.json_response(await door.call("GET", f"{JOBS}{within}/tfjobs"))

    async def detail(request: web.Request) -> web.Response:
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        job = await door.call("GET", f"{JOBS}/namespaces/{namespace}/tfjobs/{name}", missing_ok=True)
        if job is None:
            said = f'tfjobs.kubeflow.org "{name}" not found'
            return web.Response(status=HTTPStatus.NOT_FOUND, text=said)
        pods = await door.call("GET", f"/api/v1/namespaces/{namespace}/pods")
        assert pods is not None
        # All pods of the namespace: the original has its filter commented out.
        return web.json_response({"tfJob": job, "pods": pods["items"]})

    async def deploy(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text())
            namespace = body["metadata"].get("namespace") or "default"
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            said = f"not a TFJob: {error!r}"
            return web.Response(status=HTTPStatus.BAD_REQUEST, text=said)
        complaint = await _look_for(door, namespace)
        job = await door.call("POST", f"{JOBS}/namespaces/{namespace}/tfjobs", body=body)
        # The original complains of the namespace, and makes the job all the same.
        status = HTTPStatus.INTERNAL_SERVER_ERROR if complaint else HTTPStatus.CREATED
        return web.Response(status=status, text=complaint + json.dumps(job), content_type="application/json")

    async def delete(request: web.Request) -> web.Response:
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        await door.call("DELETE", f"{JOBS}/namespaces/{namespace}/tfjobs/{name}")
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def logs(request: web.Request) -> web.Response:
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        return web.json_response(await door.text(f"/api/v1/namespaces/{namespace}/pods/{name}/log"))

    async def namespaces(_: web.Request) -> web.Response:
        return web.json_response(await door.call("GET", "/api/v1/namespaces"))

    return [
        web.get(f"{PREFIX}/tfjob", telling(jobs)),
        web.get(f"{PREFIX}/tfjob/{{namespace}}", telling(jobs)),
        web.get(f"{PREFIX}/tfjob/{{namespace}}/{{name}}", telling(detail)),
        web.post(f"{PREFIX}/tfjob", telling(deploy)),
        web.delete(f"{PREFIX}/tfjob/{{namespace}}/{{name}}", telling(delete)),
        web.get(f"{PREFIX}/logs/{{namespace}}/{{name}}", telling(logs)),
        web.get(f"{PREFIX}/namespace", telling(namespaces)),
    ]


def telling(handler: Handler) -> Handler:
    """Pass on what the API server says when it refuses, in its own words."""

    async def told(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Refused as refusal:
            log.warning("%s %s: %s", request.method, request.path, refusal)
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text=str(refusal))

    return told


async def _look_for(door: Door, namespace: str) -> str:
    """Have the namespace, or give what the API server says against it."""
    path = f"/api/v1/namespaces/{namespace}"
    try:
        if await door.call("GET", path, missing_ok=True) is None:
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            await door.call("POST", "/api/v1/namespaces", body=made)
    except Refused as refusal:
        log.warning("namespace %s: %s", namespace, refusal)
        return str(refusal)
    return ""
