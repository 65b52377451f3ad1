"""Which namespaces to read, and reading one."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import netlink
from .counts import Attempt, attempt, hook_of

CLONE_NEWNET = 0x40000000
PROC = "/proc"
PORTS = Path("/run/lab/ports")
"""Where the watcher writes whose a port is."""
TOTAL = "refused_"
"""How the counter of a hook begins: with everything that its sets should hold."""


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace and the table in it. *pid* None: the collector's own, where the wall stands."""

    place: str
    pid: int | None
    table: str
    family: str = "inet"
    linked: bool = False
    """The sets' keys begin with the link that a packet came in by."""
    container: str = ""
    """The id of the container whose namespace it is: it may be started again, with another *pid*."""


@dataclass(frozen=True, slots=True)
class Found:
    """One reading of a namespace. *table* None: there is no such table."""

    table: int | None = None
    totals: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[tuple[Attempt, int]]] = field(default_factory=dict)
    """By hook, of those that were emptied."""


@dataclass(frozen=True, slots=True)
class Settings:
    """*ports*: the container behind each port of the lab's bridge."""

    spaces: tuple[Space, ...] = ()
    ports: dict[str, str] = field(default_factory=dict)


def read_settings(path: Path) -> Settings | None:
    """Return what `lab.components.seal` wrote; None while there is no file yet, or half of one."""
    try:
        whole = json.loads(path.read_text())
        spaces = tuple(
            Space(
                one["place"],
                one["pid"],
                one["table"],
                one.get("family", "inet"),
                bool(one.get("linked", False)),
                one.get("container", ""),
            )
            for one in whole["places"]
        )
        return Settings(spaces, {**whole.get("ports", {}), **watched_ports()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def watched_ports() -> dict[str, str]:
    """Return whose each port is that the watcher has opened since."""
    try:
        return {file.name: file.read_text() for file in PORTS.iterdir()}
    except OSError:
        return {}


def located(space: Space) -> Space:
    """Return *space* with the process that is its container's first now."""
    if space.pid is None or not space.container or _is_of(str(space.pid), space.container):
        return space
    for pid in os.listdir(PROC):  # noqa: PTH208 - names are all that is wanted
        if pid.isdigit() and _is_of(pid, space.container) and not _is_of(_parent(pid), space.container):
            return replace(space, pid=int(pid))
    return space


def _is_of(pid: str, container: str) -> bool:
    """Tell by its control groups: they name the container, and in a node its pods' name both."""
    try:
        return container in Path(PROC, pid, "cgroup").read_text()
    except OSError:
        return False


def _parent(pid: str) -> str:
    try:
        return Path(PROC, pid, "stat").read_text().rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return ""


def identity(space: Space) -> int | None:
    """Return the namespace's inode; None when the process is gone. Process numbers are used again."""
    try:
        return Path(f"/proc/{space.pid or 'self'}/ns/net").stat().st_ino
    except OSError:
        return None


@contextmanager
def inside(pid: int | None) -> Iterator[None]:
    """Be in the namespace of a process: sockets that are opened meanwhile belong to it.

    They must be closed soon: one left open would keep the namespace alive.
    """
    if pid is None:
        yield
        return
    here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        there = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
            yield
        finally:
            _enter(here)
            os.close(there)
    finally:
        os.close(here)


@contextmanager
def link_into(space: Space) -> Iterator[socket.socket]:
    with inside(space.pid):
        link = netlink.open_link()
    try:
        yield link
    finally:
        link.close()


def read(link: socket.socket, space: Space, known: dict[str, int], table: int | None) -> Found:
    """Read the totals, then empty the sets of the hooks whose total is not the *known* one of *table*."""
    handle = netlink.table_handle(link, space.family, space.table)
    if handle is None:
        return Found()
    counted = netlink.counters(link, space.family, space.table)
    totals = {name.removeprefix(TOTAL): n for name, n in counted.items() if name.startswith(TOTAL)}
    if handle != table:
        known = {}
    moved = {hook for hook, total in totals.items() if total != known.get(hook, 0)}
    rows: dict[str, list[tuple[Attempt, int]]] = {hook: [] for hook in moved}
    if moved:
        names = [one for one in netlink.sets(link, space.family, space.table) if hook_of(one) in moved]
        for name, key, packets in netlink.drained(link, space.family, space.table, names):
            one = attempt(name, key, linked=space.linked)
            rows[one.hook].append((one, packets))
    return Found(handle, totals, rows)


def _enter(namespace: int) -> None:
    """setns(2) for the calling thread; Python has `os.setns` only from 3.12 on."""
    import ctypes  # noqa: PLC0415 - for this one call

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
