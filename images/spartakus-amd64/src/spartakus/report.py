"""One report: what is in it, and how it is sent."""

from __future__ import annotations

import json
import logging
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Any

log = logging.getLogger(__name__)

DIAL_SECONDS = 5.0
PATH = "/api/v1"
KEYS = ("kernelVersion", "osImage", "containerRuntimeVersion", "kubeletVersion", "architecture")

Post = Callable[[str, bytes, float], None]
"""URL, body and seconds; raises OSError."""


def post(url: str, body: bytes, seconds: float) -> None:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - as told
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - as told
        answer.read()


def make(cluster: str, now: float, nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the record of the cluster at *now*, seconds since 1970."""
    return {
        "version": "v1.0.0",
        "timestamp": str(int(now)),
        "clusterID": cluster,
        "nodes": [
            {key: str(node["status"]["nodeInfo"].get(key, "")) for key in KEYS}
            | {
                "capacity": [
                    {"resource": n, "value": v} for n, v in sorted(node["status"]["capacity"].items())
                ]
            }
            for node in nodes
        ],
    }


def send(database: str, record: Mapping[str, Any], by: Post = post) -> bool:
    """Send *record*; return whether it went. A failure is a line in the log."""
    try:
        by(database + PATH, json.dumps(record).encode(), DIAL_SECONDS)
    except (OSError, ValueError) as error:
        log.error("failed sending report: HTTP request failed: Post %s%s: %s", database, PATH, error)  # noqa: TRY400
        return False
    log.info("report successfully sent to %s%s", database, PATH)
    return True
