"""Leaks: what left its namespace for a place outside and was stopped by the wall alone.

A leak stays in the ledger with its time and who it was. Until somebody acknowledges it, the lab is not
ready: `lab up`, `lab status` and `lab run` ask here and agree.
"""

from __future__ import annotations

from datetime import datetime

from lab import ledger
from lab.host import Host
from lab.host.containers import standing
from lab.ledger.books import read_books, write_down
from lab.ledger.shown import clock
from lab.spec.topology import Topology
from lab.spec.visible import visible

SHOWN = 3


def unacknowledged(topology: Topology, host: Host) -> str | None:
    """Say which leaks nobody has acknowledged; None where there is none. Raises LabError."""
    return told(ledger.read(topology, host, since=None).leaks)


def seal_closed(topology: Topology, host: Host) -> None:
    """Say that the seal stands. What knocked before it first did is no leak that anybody must look at."""
    seen = standing(host.containers, topology)
    made = seen[topology.cluster.control_plane.container].made
    cluster = made.isoformat()
    lines = read_books(topology, host, seen, since=None)
    if any(line.get("event") == "sealed" and line.get("cluster") == cluster for line in lines):
        return
    if all(entry.first >= made for entry in ledger.read(topology, host, since=None).leaks):
        acknowledge(topology, host, note="before the seal first closed")
    write_down(topology, host, {"event": "sealed", "cluster": cluster})


def told(leaks: tuple[ledger.Entry, ...]) -> str | None:
    """Name the first of *leaks*, by their times, with who it was. Pure."""
    if not leaks:
        return None
    in_time = sorted(leaks, key=lambda entry: entry.first)
    rows = [f"{clock(one.first)} {visible(one.who)} to {visible(one.what)}" for one in in_time[:SHOWN]]
    more = f"; {len(in_time) - SHOWN} more" if len(in_time) > SHOWN else ""
    packets = sum(entry.count for entry in leaks)
    return (
        f"{packets} packet{'' if packets == 1 else 's'} got past a seal, stopped by the wall: "
        f"{'; '.join(rows)}{more}; `lab egress` lists them, `lab egress --acknowledge` takes note of them"
    )


def acknowledge(topology: Topology, host: Host, *, note: str = "") -> tuple[ledger.Entry, ...]:
    """Take note of the leaks that the ledger lists now, and return them; later ones are none of these."""
    leaks = ledger.read(topology, host, since=None).leaks
    if leaks:
        until: datetime = max(entry.last for entry in leaks)
        packets = sum(entry.count for entry in leaks)
        line = {"event": "acknowledged", "until": until.isoformat(), "packets": packets, "note": note}
        write_down(topology, host, line)
    return leaks
