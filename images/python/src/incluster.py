"""The API server over plain HTTP calls, by the pod's service account: list, watch, read, create, delete."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Protocol

Object = dict[str, Any]

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
CALL_SECONDS = 30.0
WATCH_SECONDS = 240
"""A watch ends by itself then; whoever watches lists anew."""


class Refused(Exception):
    """The API server did not do what was asked, or did not answer; the message says which."""


class Taken(Refused):
    """An object of this name is there already."""


class Gone(Refused):
    """There is no such object, or no such path."""


KINDS: dict[int, type[Refused]] = {HTTPStatus.CONFLICT: Taken, HTTPStatus.NOT_FOUND: Gone}


class Cluster(Protocol):
    """What the provisioner wants of the API server."""

    def read(self, path: str) -> Object | None:
        """Return an object; None when it is gone. Raises Refused."""

    def create(self, path: str, body: Object) -> None:
        """Create an object. Raises Taken or Refused."""

    def delete(self, path: str) -> None:
        """Delete an object, or find it gone. Raises Refused."""


@dataclass(frozen=True, slots=True)
class ApiServer:
    """A `Cluster` at *address*; the token is read for each call, since the kubelet renews it."""

    address: str
    token: Path | None = None
    trust: ssl.SSLContext | None = None

    def read(self, path: str) -> Object | None:
        try:
            with self._open("GET", path) as answer:
                return _decoded(answer)
        except Gone:
            return None

    def create(self, path: str, body: Object) -> None:
        with self._open("POST", path, body) as answer:
            answer.read()

    def delete(self, path: str) -> None:
        try:
            with self._open("DELETE", path) as answer:
                answer.read()
        except Gone:
            pass

    def changes(self, path: str) -> Iterator[Object]:
        """List what is there, then follow the changes, until the watch ends. Raises Refused."""
        with self._open("GET", path) as answer:
            listed = _decoded(answer)
        yield from listed["items"]
        since = listed["metadata"]["resourceVersion"]
        query = f"watch=1&timeoutSeconds={WATCH_SECONDS}&resourceVersion={since}"
        with self._open("GET", f"{path}?{query}", seconds=WATCH_SECONDS + CALL_SECONDS) as answer:
            yield from watched(answer)

    def _open(
        self, verb: str, path: str, body: Object | None = None, *, seconds: float = CALL_SECONDS
    ) -> http.client.HTTPResponse:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token.read_text(encoding='ascii').strip()}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, headers, method=verb)  # noqa: S310
        try:
            answer = urllib.request.urlopen(request, timeout=seconds, context=self.trust)  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                message = _message(error.read()) or f"{verb} {path}: HTTP status {error.code}"
            raise KINDS.get(error.code, Refused)(message) from error
        except (OSError, http.client.HTTPException) as error:
            raise Refused(f"{verb} {path}: {error}") from error
        assert isinstance(answer, http.client.HTTPResponse)
        return answer


def in_cluster(environment: Mapping[str, str], account: Path = ACCOUNT) -> ApiServer:
    """Return the API server that the kubelet tells every container of. Raises Refused outside a cluster."""
    try:
        host, port = environment["KUBERNETES_SERVICE_HOST"], environment["KUBERNETES_SERVICE_PORT"]
        trust = ssl.create_default_context(cafile=account / "ca.crt")
    except (KeyError, OSError) as error:
        raise Refused(f"no cluster around this container: {error}") from error
    bracketed = f"[{host}]" if ":" in host else host
    return ApiServer(f"https://{bracketed}:{port}", account / "token", trust)


def watched(lines: Iterator[bytes] | IO[bytes]) -> Iterator[Object]:
    """Yield the objects of a watch's lines, but for those deleted. Raises Refused for an error told of."""
    try:
        for line in lines:
            event = json.loads(line)
            if event["type"] == "ERROR":
                raise Refused(event["object"].get("message", "the watch ended in an error"))
            if event["type"] in {"ADDED", "MODIFIED"}:
                yield event["object"]
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(f"the watch broke off: {error}") from error


def _decoded(answer: http.client.HTTPResponse) -> Object:
    try:
        found: Object = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(f"the answer broke off: {error}") from error
    return found


def _message(body: bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return ""
