"""Checks about space, memory, time and Python."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from lab.doctor.check import Check, State

GIB = 2**30
DISK_GIB, DISK_LEAST_GIB = 35, 4
MEMORY_GIB, MEMORY_LEAST_GIB = 10, 2
"""Below the first figure a first build or a training job may run short; below the second nothing comes up."""
SANE_SINCE = 2025
"""A clock before this year was never set; certificates and package indexes would be refused."""
SLACK_SECONDS = 120.0
PYTHON = (3, 11)


def disk(where: str, path: str, free: int | None) -> Check:
    what, needed = f"disk, {where}", f">= {DISK_GIB} GiB free"
    mend = f"make room under {path}; `docker system df` shows what images hold"
    return _amount(what, free, needed, mend, good=DISK_GIB, least=DISK_LEAST_GIB)


def memory(meminfo: str) -> Check:
    """Judge MemAvailable of /proc/meminfo."""
    found = re.search(r"^MemAvailable:\s*(\d+) kB", meminfo, re.MULTILINE)
    free = int(found.group(1)) * 1024 if found else None
    needed, mend = f">= {MEMORY_GIB} GiB free", "end what else runs, or add memory"
    return _amount("memory", free, needed, mend, good=MEMORY_GIB, least=MEMORY_LEAST_GIB)


def _amount(what: str, free: int | None, needed: str, mend: str, *, good: int, least: int) -> Check:
    if free is None:
        return Check(what, "cannot be told", needed, State.WARN, mend)
    found = f"{free / GIB:.1f} GiB"
    if free >= good * GIB:
        return Check(what, found, needed, State.OK)
    return Check(what, found, needed, State.WARN if free >= least * GIB else State.MISSING, mend)


def clock(now: float, newest: float) -> Check:
    """Judge the time of day against the year and the newest known file; both are POSIX seconds."""
    at = datetime.fromtimestamp(now, UTC)
    what, needed = "clock", "set"
    found = f"{at:%Y-%m-%d %H:%M} UTC"
    if at.year < SANE_SINCE:
        return Check(
            what, found, needed, State.MISSING, "set the clock: timedatectl set-ntp true, or date -s"
        )
    if now < newest - SLACK_SECONDS:
        found += f", but files are from {datetime.fromtimestamp(newest, UTC):%Y-%m-%d %H:%M}"
        return Check(what, found, needed, State.WARN, "set the clock: timedatectl set-ntp true, or date -s")
    return Check(what, found, needed, State.OK)


def ports(local_range: str, sockets: str) -> Check:
    """Judge the ports that the kernel may give away; *sockets* is /proc/net/tcp.

    The lab publishes one, on 127.0.0.1 and of the engine's choice: the API server's. Its own parts listen in
    namespaces of their own, where nobody else's ports are.
    """
    what, needed = "ports", "one free on 127.0.0.1, for the API server"
    try:
        first, last = (int(word) for word in local_range.split())
    except ValueError:
        return Check(what, "no range known", needed, State.WARN, "look at net.ipv4.ip_local_port_range")
    taken = {int(line.split()[1].rpartition(":")[2], 16) for line in sockets.splitlines()[1:] if line.strip()}
    free = last - first + 1 - sum(first <= port <= last for port in taken)
    found = f"{free} of {last - first + 1} free"
    if free > 0:
        return Check(what, found, needed, State.OK)
    return Check(what, found, needed, State.MISSING, "end what holds them: ss --tcp --processes names it")


def python(running: tuple[int, ...]) -> Check:
    found, needed = ".".join(map(str, running[:3])), ">= 3.11"
    if running >= PYTHON:
        return Check("Python", found, needed, State.OK)
    return Check("Python", found, needed, State.MISSING, "install Python 3.11 or newer")
