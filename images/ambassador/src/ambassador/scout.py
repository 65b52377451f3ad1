"""The report that the gateway makes to a server of its makers, and what it says when it cannot."""

from __future__ import annotations

import json
import logging
import threading
import urllib.request
from collections.abc import Callable

log = logging.getLogger(__name__)

URL = "https://kubernaut.io/scout"
TIMEOUT_SECONDS = 1.0
EVERY_SECONDS = 4 * 3600.0
VERSION = "0.30.1"

Post = Callable[[str, bytes, float], None]
"""URL, body and seconds; raises OSError."""


def post(url: str, body: bytes, seconds: float) -> None:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - URL
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
        answer.read()


def report(install: str, send: Post = post) -> bool:
    """Report once; a failure is a warning and nothing else."""
    body = {"application": "ambassador", "install_id": install, "version": VERSION, "metadata": {}}
    try:
        send(URL, json.dumps(body).encode(), TIMEOUT_SECONDS)
    except (OSError, ValueError) as error:
        log.warning("Scout: could not post report to %s: %s", URL, error)
        return False
    return True


def begin(install: str, send: Post = post) -> None:
    """Report now, and hold up the caller for no more than the time-out; then every four hours."""
    first = threading.Event()

    def go() -> None:
        wait = threading.Event()
        while True:
            report(install, send)
            first.set()
            wait.wait(EVERY_SECONDS)

    threading.Thread(target=go, daemon=True, name="scout").start()
    first.wait(TIMEOUT_SECONDS)
