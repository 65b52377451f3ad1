"""Which namespaces to read, and reading one."""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .counts import HOOKS, SETS, Attempt, attempt
from .netlink import counter, elements, open_link

LINK_BYTES = 16
"""Every key begins with the name of a link (IFNAMSIZ)."""
CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace and the table in it. *pid* None: the collector's own, where the wall stands."""

    place: str
    pid: int | None
    table: str
    family: str = "inet"


def read_settings(path: Path) -> tuple[Space, ...]:
    """Return what `lab.components.seal` wrote; nothing while there is no file yet, or half of one."""
    try:
        places = json.loads(path.read_text())["places"]
        return tuple(
            Space(one["place"], one["pid"], one["table"], one.get("family", "inet")) for one in places
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def identity(space: Space) -> int | None:
    """Return the namespace's inode; None when the process is gone. Process numbers are used again."""
    try:
        return Path(f"/proc/{space.pid or 'self'}/ns/net").stat().st_ino
    except OSError:
        return None


@contextmanager
def link_into(space: Space) -> Iterator[socket.socket]:
    """Open a socket in the namespace and close it again: one left open would keep the namespace alive."""
    if space.pid is None:
        link = open_link()
    else:
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            there = os.open(f"/proc/{space.pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
            try:
                _enter(there)
                link = open_link()
            finally:
                _enter(here)
                os.close(there)
        finally:
            os.close(here)
    try:
        yield link
    finally:
        link.close()


def totals(link: socket.socket, space: Space) -> dict[str, int]:
    """Return each hook's refused packets, of the hooks that the table has."""
    found = {hook: counter(link, space.table, f"refused_{hook}", space.family) for hook in HOOKS}
    return {hook: packets for hook, packets in found.items() if packets is not None}


def attempts(link: socket.socket, space: Space, hook: str) -> Iterator[tuple[Attempt, int]]:
    """Yield every distinct attempt of a hook with its packets, by whichever link it came."""
    found: Counter[Attempt] = Counter()
    for version, kind in SETS:
        for key, packets in elements(link, space.table, f"{hook}_{version}_{kind}", space.family):
            found[attempt(hook, version, kind, key[LINK_BYTES:])] += packets
    yield from found.items()


def _enter(namespace: int) -> None:
    """setns(2) for the calling thread; Python has `os.setns` only from 3.12 on."""
    import ctypes  # noqa: PLC0415 - for this one call

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
