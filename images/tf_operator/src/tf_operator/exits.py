"""Which exit codes are worth another try, under `restartPolicy: ExitCode`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .job import CONTAINER

RETRIED = frozenset({130, 137, 143, 138})
"""SIGINT, SIGKILL, SIGTERM, and SIGUSR1, which a user may raise to ask for it; all others are permanent."""


def is_retried(pod: Mapping[str, Any]) -> bool:
    """Tell whether a failed *pod* is to be made again."""
    return phase(pod) == "Failed" and exit_code(pod) in RETRIED


def exit_code(pod: Mapping[str, Any]) -> int:
    """Give the exit code of the container `tensorflow`; 0 while it has none."""
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    ended = [(it.get("state") or {}).get("terminated") for it in statuses if it.get("name") == CONTAINER]
    return next((int(it["exitCode"]) for it in ended if it), 0)


def phase(pod: Mapping[str, Any]) -> str:
    return str((pod.get("status") or {}).get("phase", ""))
