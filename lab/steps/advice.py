"""What to do where a pod cannot start for a reason that has one remedy in a scenario. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lab.events import Evidence

NEVER_PULL = "ErrImageNeverPull"
"""The kubelet's word for an image that is not on the node and that it may not pull."""


def advice(pods: Iterable[Mapping[str, Any]]) -> Evidence | None:
    """Return what to do about *pods* (as the API gives them); None where there is nothing of the kind."""
    lines = sorted({line for pod in pods for line in _never_pulled(pod)})
    return Evidence("what to do", "\n".join(lines)) if lines else None


def _never_pulled(pod: Mapping[str, Any]) -> Iterator[str]:
    meta, status = pod.get("metadata", {}), pod.get("status", {})
    node = pod.get("spec", {}).get("nodeName", "its node")
    for one in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
        if one.get("state", {}).get("waiting", {}).get("reason") != NEVER_PULL:
            continue
        image = one.get("image", "")
        pod_name = f"{meta.get('namespace')}/{meta.get('name')}"
        yield (
            f"pod {pod_name} may not pull {image} (imagePullPolicy: Never), and {node} does not have it;"
            f" being in the registry does not help. Have a step `load: {image}` before it"
        )
