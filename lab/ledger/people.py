"""Who was behind an address at a time. Pure."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lab.host.containers import Seen
from lab.ledger.entries import Kind, Want
from lab.spec.topology import Topology

EARLY = timedelta(seconds=15)
"""A pod may speak this long before the API server has learnt its address."""
INFRASTRUCTURE_NAMESPACES = frozenset({"kube-system", "kube-node-lease", "kube-public", "local-path-storage"})
HOUSEKEEPING = re.compile(r"(^|\.)(pool\.ntp\.org|in-addr\.arpa|ip6\.arpa)$|^switched-[0-9a-f]+\.invalid$")
"""What operating systems ask for by themselves, the time and names for addresses; and `lab.steps.observe`."""


@dataclass(frozen=True, slots=True)
class People:
    """*fixed*: nodes, workstation, site. *pods*: for each address, when which pod was first seen with it."""

    fixed: Mapping[str, str] = field(default_factory=dict)
    pods: Mapping[str, tuple[tuple[datetime, str], ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, history: Iterable[str], fixed: Mapping[str, str]) -> People:
        """Read the pod history, one JSON line an event; a pod in its node's network is its node here."""
        seen: dict[str, list[tuple[datetime, str]]] = {}
        for line in history:
            if not line.startswith("{"):
                continue
            try:
                event = json.loads(line)
                at = datetime.fromisoformat(event["time"])
                address, owner = event["ip"], f"pod {event['namespace']}/{event['name']}"
                in_node = bool(event["host_network"])
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            owners = seen.setdefault(address, [])
            if address and not in_node and all(owner != known for _, known in owners):
                owners.append((at, owner))
        return cls(
            dict(fixed), {address: tuple(sorted(owners)) for address, owners in seen.items() if owners}
        )

    def who(self, want: Want) -> str:
        """Name the asker; an address that nobody had is named as found, a loopback by its namespace."""
        if named := self.fixed.get(want.address):
            return named
        if owners := self.pods.get(want.address):
            index = bisect.bisect_right(owners, want.at, key=lambda owner: owner[0])
            # Between two pods of one address: the next one's first words come before its entry.
            if index < len(owners) and owners[index][0] - want.at <= EARLY:
                index += 1
            return owners[max(index, 1) - 1][1]
        if want.place and _says_nothing(want.address):
            return f"node {want.place}" if f"node {want.place}" in self.fixed.values() else want.place
        return want.address

    def infrastructure(self, want: Want, who: str) -> bool:
        """Tell the lab's own doing: what no pod of a user's namespace can have caused (traps.md 12)."""
        if who.startswith("pod "):
            return who.removeprefix("pod ").split("/")[0] in INFRASTRUCTURE_NAMESPACES
        if want.kind is not Kind.NAME or who == want.address:  # nobody knows whose that was
            return False
        return want.detail == "HINFO" or bool(HOUSEKEEPING.search(want.what))


def node_addresses(topology: Topology, seen: Mapping[str, Seen]) -> dict[str, str]:
    """Return the name of everyone whose address stays: nodes by their Kubernetes names."""
    names = {node.container: f"node {node.name}" for node in topology.cluster.nodes}
    names[topology.workstation.name] = "workstation"
    fixed = {
        str(seen[container].address): name
        for container, name in names.items()
        if container in seen and seen[container].address is not None
    }
    return fixed | {str(topology.site_address): "site"}


def _says_nothing(address: str) -> bool:
    return address.startswith(("127.", "fe80:")) or address in {"::1", "::", "0.0.0.0"}  # noqa: S104
