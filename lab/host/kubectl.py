"""kubectl on the cluster's own control plane, which needs neither the workstation nor a name to resolve."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lab.errors import NotReady
from lab.host.containers import Containers

ADMIN = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
SECONDS = 30


def kubectl(
    containers: Containers, control_plane: str, *arguments: str, stdin: str | None = None
) -> Mapping[str, Any] | str:
    """Run kubectl in the container *control_plane*; return the object it printed, or what it says."""
    done = containers.exec(control_plane, [*ADMIN, *arguments], timeout=SECONDS, stdin=stdin)
    if not done.ok:
        return (done.stderr.strip().splitlines() or [done.ended])[-1]
    return dict(json.loads(done.stdout)) if done.stdout.startswith("{") else {}


def nodes(containers: Containers, control_plane: str) -> Mapping[str, Any]:
    """Return `kubectl get nodes -o json`. Raises NotReady where the API server does not answer."""
    listed = kubectl(containers, control_plane, "get", "nodes", "-o", "json")
    if isinstance(listed, str):
        raise NotReady("the API server", SECONDS, listed)
    return listed
