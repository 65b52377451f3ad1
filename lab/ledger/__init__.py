"""The ledger: everything wanted from outside and not had, by whom and how often.

`read` gathers what the lab's parts said (`sources`), puts names on addresses (`people`), and adds up
(`entries`); `shown` prints. Who asked is worked out afterwards: counting in the network misses nothing of a
container's first moments, while whoever watches containers does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from lab.events import Event
from lab.host import Host
from lab.host.containers import standing
from lab.ledger.entries import Entry, Kind, Ledger, add_up, merge
from lab.ledger.people import People, node_addresses
from lab.ledger.shown import as_grid, as_json, as_table, parse
from lab.ledger.sources import wants
from lab.ledger.steps import StepTimes
from lab.spec.topology import Topology

__all__ = ["Entry", "Kind", "Ledger", "as_grid", "as_json", "as_table", "merge", "parse", "read"]

SLACK = timedelta(seconds=2)
"""The engine's time of a line and the line's own differ by what it took to write it."""


def read(topology: Topology, host: Host, *, since: datetime | None, events: Iterable[Event] = ()) -> Ledger:
    """Return what was wanted *since* then (None: since the cluster was made; without a zone it is UTC).

    *events* of runs' journals say which step was under way. What does not stand has said nothing.
    """
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    seen = standing(host.containers, topology)
    control_plane = seen.get(topology.cluster.control_plane.container)
    if since is None and control_plane is not None:
        since = control_plane.made  # older lines speak of the addresses of another cluster
    stamp = None if since is None else (since - SLACK).timestamp()
    said = [
        line
        for spec in (topology.dns, topology.web, topology.sinkhole, topology.seal)
        if spec.name in seen
        for line in host.containers.logs(spec.name, since=stamp).splitlines()
    ]
    workstation = topology.workstation.name
    history = host.containers.logs(workstation).splitlines() if workstation in seen else []
    people = People.read(history, node_addresses(topology, seen))
    late = (want for want in wants(said) if since is None or want.at >= since)
    return add_up(late, people, StepTimes.of(events).at)
