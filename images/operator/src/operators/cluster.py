"""The API server, as far as a job operator needs it: read, list, create, replace, delete.

kopf watches but does not create objects, and it brings aiohttp; five verbs are fewer lines than a second
client library would be megabytes in the image.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp
import kopf

Object = dict[str, Any]


class Refused(Exception):
    """The API server did not do what was asked; the message is its own."""


class Conflict(Refused):
    """The object exists already, or has changed since it was read."""


@dataclass(frozen=True, slots=True)
class Resource:
    """The kind of job that an operator works on."""

    group: str
    version: str
    plural: str
    kind: str

    def path(self, namespace: str, name: str) -> str:
        return f"/apis/{self.group}/{self.version}/namespaces/{namespace}/{self.plural}/{name}"


class Cluster(Protocol):
    async def job(self, namespace: str, name: str) -> Object | None:
        """Read a job; None when it is gone. Raises `Refused`."""

    async def replace_job(self, body: Object) -> Object:
        """Write a job whole, status and all; give what was stored. Raises `Conflict` when it had changed."""

    async def matching(self, plural: str, namespace: str, labels: Mapping[str, str]) -> list[Object]:
        """List core objects that carry *labels*. Raises `Refused`."""

    async def create(self, plural: str, body: Object) -> None:
        """Create a core object. Raises `Conflict` when the name is taken, `Refused` otherwise."""

    async def delete(self, plural: str, namespace: str, name: str) -> None:
        """Delete a core object, or find it gone. Raises `Refused`."""


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A `Cluster` over HTTP. *connect* is asked for each call, since a service account's token is renewed."""

    session: aiohttp.ClientSession
    connect: Callable[[], kopf.ConnectionInfo]
    resource: Resource

    async def job(self, namespace: str, name: str) -> Object | None:
        return await self.call("GET", self.resource.path(namespace, name), missing_ok=True)

    async def replace_job(self, body: Object) -> Object:
        metadata = body["metadata"]
        path = self.resource.path(metadata["namespace"], metadata["name"])
        stored = await self.call("PUT", path, body=body)
        assert stored is not None
        return stored

    async def matching(self, plural: str, namespace: str, labels: Mapping[str, str]) -> list[Object]:
        selector = quote(",".join(f"{key}={value}" for key, value in labels.items()))
        found = await self.call("GET", f"{_core_path(plural, namespace)}?labelSelector={selector}") or {}
        items: list[Object] = found["items"]
        return items

    async def create(self, plural: str, body: Object) -> None:
        await self.call("POST", _core_path(plural, body["metadata"]["namespace"]), body=body)

    async def delete(self, plural: str, namespace: str, name: str) -> None:
        await self.call("DELETE", f"{_core_path(plural, namespace)}/{name}", missing_ok=True)

    async def call(
        self, verb: str, path: str, *, body: Object | None = None, missing_ok: bool = False
    ) -> Object | None:
        """Ask for *path*; None when it is not there and that is *missing_ok*. Raises `Refused`."""
        status, text = await self._exchange(verb, path, body)
        if status == HTTPStatus.NOT_FOUND and missing_ok:
            return None
        try:
            content: Object = json.loads(text)
        except ValueError as error:
            raise Refused(f"{verb} {path}: HTTP status {status}, and no JSON: {error}") from error
        if status >= HTTPStatus.BAD_REQUEST:
            kind = Conflict if status == HTTPStatus.CONFLICT else Refused
            raise kind(content.get("message", f"{verb} {path}: HTTP status {status}"))
        return content

    async def text(self, path: str) -> str:
        """Read *path*, such as a log, as it is. Raises `Refused`."""
        status, text = await self._exchange("GET", path, None)
        if status < HTTPStatus.BAD_REQUEST:
            return text
        try:
            raise Refused(json.loads(text)["message"])
        except (ValueError, KeyError, TypeError):
            raise Refused(f"GET {path}: HTTP status {status}") from None

    async def _exchange(self, verb: str, path: str, body: Object | None) -> tuple[int, str]:
        info = self.connect()
        try:
            async with self.session.request(
                verb, info.server.rstrip("/") + path, json=body, headers=info.as_http_headers()
            ) as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Refused(f"{verb} {path}: {error}") from error


def _core_path(plural: str, namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/{plural}"
