"""What every step may know: the lab, the doors, and which scenario it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lab.host import Host
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Stage:
    """Handed to each step; steps change the lab, never this."""

    topology: Topology
    host: Host
    folder: Path
    """The scenario's: files that it names lie here."""
    started: datetime
    """When the scenario began: the ledger's older lines are not its doing."""
    cache: Path | None = None
    """Where the lab keeps images; None where no step asks for one."""
