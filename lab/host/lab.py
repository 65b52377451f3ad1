"""A lab and the doors to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.host import Host
from lab.spec.config import LabConfig
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Lab:
    """What was chosen, what follows from it, and how to reach it."""

    config: LabConfig
    topology: Topology
    host: Host
    state: Path
    """The lab's own folder on the host: kubeconfig, locks, run folders."""
    cache: Path
    """What is built and loaded, for all labs of this user."""
