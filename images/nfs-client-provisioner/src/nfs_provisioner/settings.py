"""What the manifest tells the provisioner, and what the kubelet puts into its pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EXPORT = "/persistentvolumes"
"""Where the manifest mounts the export."""


class Missing(Exception):
    """A variable that the provisioner cannot do without is empty."""


@dataclass(frozen=True, slots=True)
class Settings:
    provisioner: str
    """The class's `provisioner:` that this one answers to."""
    server: str
    path: str


def read(environment: Mapping[str, str]) -> Settings:
    """Read the three variables of the manifest. Raises Missing for the first that is empty."""
    found = []
    for name in ("PROVISIONER_NAME", "NFS_SERVER", "NFS_PATH"):
        if not environment.get(name):
            raise Missing(f"environment variable {name} is not set! Please set it.")
        found.append(environment[name])
    return Settings(*found)
