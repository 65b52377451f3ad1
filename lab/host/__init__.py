"""The doors: the only room that runs programs, talks to the engine or asks the clock."""

from __future__ import annotations

from dataclasses import dataclass

from lab.host.clock import Clock
from lab.host.containers import Containers
from lab.host.shell import Shell


@dataclass(frozen=True, slots=True)
class Host:
    """Everything outside, as one value handed down from the command line."""

    shell: Shell
    containers: Containers
    clock: Clock
