"""Plausible answers, so that a client goes on and shows what it wants next."""

from __future__ import annotations

import gzip
from typing import TypeAlias

from .wanted import Wanted

Body: TypeAlias = tuple[str, bytes]

EMPTY_GZIP = gzip.compress(b"", mtime=0)
PAGE = (
    b"<!doctype html><title>sinkhole</title><p>Nothing is here; what was asked for is in the lab's ledger.\n"
)


def reply(wanted: Wanted) -> bytes:
    """Return the HTTP response to *wanted*; one to HEAD has the same headers and no body."""
    kind, body = _body(wanted.path.partition("?")[0].partition("#")[0])
    head = (
        "HTTP/1.1 200 OK\r\n"
        f"Content-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n"
        "\r\n"
    )  # fmt: skip
    return head.encode() + (b"" if wanted.method == "HEAD" else body)


def _body(path: str) -> Body:
    lowered = path.lower()
    if lowered.endswith((".gz", ".tgz")):
        return "application/gzip", EMPTY_GZIP
    if lowered.endswith(".json"):
        return "application/json", b"{}"
    if lowered.endswith((".html", "/")):
        return "text/html; charset=utf-8", PAGE
    return "application/octet-stream", b""
