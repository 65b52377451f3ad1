"""The ledger: everything wanted from outside and not had, by whom and how often.

`books` reads what the lab's parts wrote down, `sources` makes wants of it, `spans` and `people` put names on
addresses, `entries` adds up, `shown` prints. Who asked is worked out afterwards: counting in the network
misses nothing of a container's first moments, while whoever watches containers does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from lab.events import Event
from lab.host import Host
from lab.host.containers import standing
from lab.ledger.books import read_books
from lab.ledger.entries import Entry, Fate, Gap, Kind, Ledger, add_up, merge
from lab.ledger.people import People, places_of
from lab.ledger.shown import as_grid, as_json, as_line, as_table, incomplete, parse
from lab.ledger.sources import acknowledged, gaps, unlisted_leaks, wants
from lab.ledger.spans import read_spans
from lab.ledger.steps import StepTimes
from lab.spec.topology import Topology

__all__ = [
    "Entry",
    "Fate",
    "Gap",
    "Kind",
    "Ledger",
    "as_grid",
    "as_json",
    "as_line",
    "as_table",
    "incomplete",
    "merge",
    "parse",
    "read",
]


def read(topology: Topology, host: Host, *, since: datetime | None, events: Iterable[Event] = ()) -> Ledger:
    """Return what was wanted *since* then (None: since the lab was made; without a zone it is UTC).

    *events* of runs' journals say which step was under way. Raises LabError where nothing can be read.
    """
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    seen = standing(host.containers, topology)
    lines = read_books(topology, host, seen, since=since)
    places = places_of(topology)
    spans = read_spans(
        lines,
        nodes=[node.name for node in topology.cluster.nodes],
        made={place: seen[container].made for container, place in places.items() if container in seen},
    )
    fixed = {str(topology.site_address): "site", str(topology.sinkhole.address): "sinkhole"}
    found = chain(wants(lines), unlisted_leaks(lines))
    return add_up(
        (want for want in found if since is None or want.at >= since),
        People(spans, fixed, places),
        StepTimes.of(events).at,
        acknowledged=acknowledged(lines),
        gaps=gaps(lines),
    )
