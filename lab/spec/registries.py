"""Original registries, and where each has its own place in the lab's. Pure."""

from __future__ import annotations

import re

DOCKER_HUB = "docker.io"


def prefix(registry: str) -> str:
    """Return *registry* as a part of a repository's path, where a port's colon may not stand."""
    return re.sub(r"[^a-z0-9.-]+", "_", registry.lower()).strip("_")
