"""Putting a place in order: its rules first, then its routes, its port, its resolver."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .places import PROC, Place

SECONDS = 10
LINK = "ip -o link show | sed -n 's/^[0-9]*: \\([^@]*\\)@if{port}:.*/\\1/p' | head -n 1"
"""Prints the name of the link whose end on the host is number `{port}`."""
PORTS = Path("/run/lab/ports")
"""A file a port, with the name of the container behind it; the collector reads it."""
ENGINES = "127.0.0.11"
"""The engine's own resolver: it is in the file that the engine writes when a container starts."""


class NotSealed(Exception):
    """nft or ip refused; the text says why."""


def seal(place: Place, pid: int) -> bool:
    """Load the rules where they are not yet; return whether that was so. Raises NotSealed."""
    there = f"nft list counter {place.table} {place.mark}"
    loaded = _run(pid, f"{there} >/dev/null 2>&1 && exit 0; nft -f - && echo loaded", place.rules)
    return bool(loaded.strip())


def lay_routes(place: Place, pid: int, port: int) -> None:
    """Lay the place's routes, and lead the link whose end on the host is number *port*."""
    if place.routes:
        _run(pid, "ip -batch -", "".join(f"route replace {route}\n" for route in place.routes))
    if place.lead:
        _run(pid, f'link=$({LINK.format(port=port)}); [ -z "$link" ] || exec sh -es "$link"', place.lead)


def at_bridge(text: str, port: str) -> None:
    """Load nft text in the host's namespace, which is the gatekeeper's own."""
    if text:
        _run(None, "nft -f -", text.replace("{port}", port))


def tell_whose(place: Place, port: str) -> None:
    """Write down whose *port* is, for the collector: a container that starts again has another one."""
    try:
        PORTS.mkdir(parents=True, exist_ok=True)
        (PORTS / port).write_text(place.name)
    except OSError as error:
        raise NotSealed(str(error)) from error


def write_resolver(place: Place, pid: int) -> bool:
    """Write the lab's resolver over the engine's; return False while the container has not its own files yet.

    The process of a container that starts sees the host's files at first, which nobody may touch: the file
    must be the one that the engine keeps for this very container, mounted at its place.
    """
    if not place.resolver:
        return True
    if not _mounted(place, pid):
        return False
    file = PROC / str(pid) / "root/etc/resolv.conf"
    try:
        with file.open("r+") as opened:
            if ENGINES in opened.read():
                opened.seek(0)
                opened.write(place.resolver)
                opened.truncate()
    except OSError:
        return False
    return True


def _mounted(place: Place, pid: int) -> bool:
    try:
        mounts = (PROC / str(pid) / "mountinfo").read_text().splitlines()
    except OSError:
        return False
    fields = [line.split() for line in mounts]
    return any(
        len(one) > 4 and one[4] == "/etc/resolv.conf" and place.container in Path(one[3]).parts
        for one in fields
    )


def _run(pid: int | None, command: str, stdin: str) -> str:
    at = [] if pid is None else ["nsenter", "-t", str(pid), "-n"]
    try:
        done = subprocess.run(
            [*at, "sh", "-c", command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env=os.environ,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotSealed(str(error)) from error
    if done.returncode != 0:
        raise NotSealed(done.stderr.strip() or f"{command}: exit code {done.returncode}")
    return done.stdout
