"""kubectl on the cluster's own control plane, which needs neither the workstation nor a name to resolve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lab.errors import LabError
from lab.host.containers import Containers

ADMIN = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "--request-timeout=10s")
SECONDS = 30


class NoAnswer(LabError):
    """The API server could not be asked."""


def kubectl(
    containers: Containers, control_plane: str, *arguments: str, stdin: str | None = None
) -> Mapping[str, Any] | str:
    """Run kubectl in the container *control_plane*; return the object it printed, or what it says."""
    done = containers.exec(control_plane, [*ADMIN, *arguments], timeout=SECONDS, stdin=stdin)
    if not done.ok:
        return (done.stderr.strip().splitlines() or [done.ended])[-1]
    return dict(json.loads(done.stdout)) if done.stdout.startswith("{") else {}


def nodes(containers: Containers, control_plane: str) -> Mapping[str, Any]:
    """Return `kubectl get nodes -o json`. Raises NoAnswer."""
    listed = kubectl(containers, control_plane, "get", "nodes", "-o", "json")
    if isinstance(listed, str):
        raise NoAnswer(f"the API server does not answer: {listed}")
    return listed
