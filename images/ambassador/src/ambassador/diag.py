"""Port 8877: the two health checks, and the page that shows the routes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from .state import State

BASE = "/ambassador/v0/"


def answer(state: State, path: str) -> tuple[HTTPStatus, str, str]:
    """Return status, content type and body for *path*."""
    where = path.partition("?")[0]
    if where in {BASE + "check_alive", BASE + "check_ready"}:
        alive = where.endswith("alive")
        what = "liveness" if alive else "readiness"
        if state.alive if alive else state.ready:
            return HTTPStatus.OK, "text/plain", f"ambassador {what} check OK ({state.uptime} seconds)"
        return (
            HTTPStatus.SERVICE_UNAVAILABLE,
            "text/plain",
            f"ambassador seems to have died ({state.uptime} seconds)",
        )
    if where.rstrip("/") == BASE + "diag":
        return HTTPStatus.OK, "text/html; charset=utf-8", "".join(_page(state))
    return HTTPStatus.NOT_FOUND, "text/plain", "not found"


def _page(state: State) -> Iterator[str]:
    yield "<!doctype html><html lang=en><meta charset=utf-8><title>Ambassador Diagnostics</title>"
    yield "<h1>Ambassador Diagnostics</h1><p>Ambassador 0.30.1 (stand-in of the air-gap lab), up "
    yield f"{state.uptime} s.</p><h2>Route Table</h2>"
    yield "<table border=1><tr><th>Route<th>Method<th>Service<th>Address<th>Rewrite<th>Timeout<th>Mapping"
    for route in state.reading.routes:
        cells = (
            route.prefix,
            route.method or "any",
            f"{'https' if route.tls else 'http'}://{route.host}:{route.port}",
            state.addresses.get(route.host) or "none: answers 503",
            route.rewrite,
            f"{route.timeout_ms} ms",
            route.name,
        )
        yield "<tr>" + "".join(f"<td>{escape(cell)}" for cell in cells)
    yield "</table><h2>Errors</h2><ul>"
    yield from (f"<li>{escape(error)}" for error in state.reading.errors or ("none",))
    yield "</ul></html>"


class Handler(BaseHTTPRequestHandler):
    state: ClassVar[State]

    def do_GET(self) -> None:
        status, kind, body = answer(self.state, self.path)
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: the kubelet asks twice a minute."""


def serve(state: State, port: int = 8877) -> ThreadingHTTPServer:
    """Make the server; the caller runs it."""
    handler = type("Diagnostics", (Handler,), {"state": state})
    return ThreadingHTTPServer(("", port), handler)
