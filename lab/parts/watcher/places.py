"""What is to be sealed, and which process is in a place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
CONTAINER = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Place:
    """A container of the lab, by its id and its *name*, and what its namespace is given."""

    place: str
    container: str
    name: str
    rules: str
    """nft text."""
    table: str
    """Family and name."""
    mark: str
    """The counter that tells that these very rules are there."""
    routes: tuple[str, ...]
    """Arguments of `ip route replace`."""
    lead: str
    """A shell script that gives the link $1 what else it needs."""
    resolver: str
    """What its resolv.conf holds."""
    opens: str
    """nft text that opens its port at the bridge; `{port}` stands for the port's name."""


@dataclass(frozen=True, slots=True)
class Settings:
    bridge: str
    holds: str
    """nft text that shuts a link to another network; `{port}` stands for the port's name."""
    places: tuple[Place, ...]


def read_settings(path: Path) -> Settings | None:
    """Return what `lab.components.watch` wrote; None while there is no file yet, or half of one."""
    try:
        told = json.loads(path.read_text())
        places = tuple(Place(**{**one, "routes": tuple(one["routes"])}) for one in told["places"])
        return Settings(told["bridge"], told["holds"], places)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def bridge_index(name: str) -> int | None:
    """Return the number of the bridge; None where there is none."""
    try:
        return int(Path("/sys/class/net", name, "ifindex").read_text())
    except (OSError, ValueError):
        return None


def inhabitant(is_there: Callable[[int], bool]) -> int | None:
    """Return the newest process that *is_there* is true of: mostly of a container that has just started."""
    for pid in sorted((int(name) for name in os.listdir(PROC) if name.isdigit()), reverse=True):  # noqa: PTH208
        if is_there(pid):
            return pid
    return None


def place_of(pid: int, settings: Settings) -> Place | None:
    """Return the place whose container the process is in; None: it is no container of the lab's."""
    containers = set(CONTAINER.findall(_groups(pid)))
    return next((one for one in settings.places if one.container in containers), None)


def _groups(pid: int) -> str:
    """Return the control groups of a process, of version 1 or 2; they name its container."""
    try:
        return (PROC / str(pid) / "cgroup").read_text()
    except OSError:
        return ""
