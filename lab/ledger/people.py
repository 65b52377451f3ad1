"""Who was behind an address at a time. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lab.host.containers import Seen
from lab.ledger.entries import Kind, Want
from lab.ledger.spans import Spans
from lab.spec.topology import Topology

INFRASTRUCTURE_NAMESPACES = frozenset({"kube-system", "kube-node-lease", "kube-public", "local-path-storage"})
HOUSEKEEPING = re.compile(r"(^|\.)(pool\.ntp\.org|in-addr\.arpa|ip6\.arpa)$")
"""What operating systems ask for by themselves: the time, and names for addresses."""
SWITCHED = re.compile(r"switched-[0-9a-f]+\.invalid")
"""What `lab.steps.observe` asks for, at the site."""
COREDNS = "pod kube-system/coredns-"
UNKNOWN = "unknown"
GUEST_SLACK = timedelta(seconds=30)
"""The API server tells of a pod in its node's network somewhat late."""


@dataclass(frozen=True, slots=True)
class People:
    """*spans*: who had which address when. *fixed*: whose address never changes. *places*: by container."""

    spans: Spans = field(default_factory=Spans)
    fixed: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)

    def who(self, want: Want) -> str:
        """Name the asker where it is sure who that was, else where it came from.

        A forged source names nobody: the place is what is known.
        """
        if want.via:
            return self._asker(want)
        place = self.places.get(want.sender, "") if want.sender else want.place
        if want.own:
            return self._itself(place)
        if want.link and (owner := self._behind(place, want)):
            return owner
        return _unknown(place) if want.spoofed else self._had(want.address, want, place)

    def _asker(self, want: Want) -> str:
        """Name who asked the DNS. The option is believed from CoreDNS alone: anybody can write one."""
        through = self._had(want.via, want, want.place)
        if not through.startswith(COREDNS):
            return through
        if want.via == want.address:  # CoreDNS always says for whom it asks: somebody forged its address
            return self._nobody(want.address, "")
        return through if _says_nothing(want.address) else self._had(want.address, want, want.place)

    def _behind(self, place: str, want: Want) -> str | None:
        """Return whose link a packet came by; a link outlives its pod's last word, and its name is random."""
        spans = self.spans.links.get((place, want.link), ())
        names = {span.who for span in spans if span.meets(want.since or want.at, want.at)}
        return names.pop() if len(names) == 1 else None

    def _had(self, address: str, want: Want, place: str) -> str:
        if named := self.fixed.get(address):
            return named
        since = want.since or want.at
        for spans in (self.spans.sure, self.spans.told):
            found = [span for span in spans.get(address, ()) if span.meets(since, want.at)]
            here = [span for span in found if span.node == place]
            names = {span.who for span in here or found}
            if len(names) == 1 and (here or not address.startswith("fe80:")):
                return names.pop()
            if found:
                break
        if _says_nothing(address) and place:
            return self._itself(place)
        return self._nobody(address, place)

    def _nobody(self, address: str, place: str) -> str:
        near = place if place in self.spans.nodes else self.spans.ranges.get(address.rpartition(".")[0], "")
        return f"{_unknown(near)} ({address})" if address else _unknown(near)

    def _itself(self, place: str) -> str:
        return f"node {place}" if place in self.spans.nodes else place

    def infrastructure(self, want: Want, who: str) -> bool:
        """Tell the lab's own doing: what no pod of a user's namespace can have caused."""
        if want.leaked or want.spoofed:
            return False
        if who.startswith("pod "):
            return who.removeprefix("pod ").split("/")[0] in INFRASTRUCTURE_NAMESPACES
        if want.kind is not Kind.NAME or who.startswith(UNKNOWN):
            return False
        if who == "site" and SWITCHED.fullmatch(want.what):
            return True
        return bool(HOUSEKEEPING.search(want.what)) and not self._guests(who.removeprefix("node "), want.at)

    def _guests(self, node: str, at: datetime) -> bool:
        """Tell whether a pod of a user's namespace spoke with the address of *node* then."""
        return any(
            span.meets(at - GUEST_SLACK, at + GUEST_SLACK)
            for span in self.spans.guests.get(node, ())
            if span.who.removeprefix("pod ").split("/")[0] not in INFRASTRUCTURE_NAMESPACES
        )


def places_of(topology: Topology) -> dict[str, str]:
    """Return the place that each container is, as the seals and the ledger call it."""
    nodes = {node.container: node.name for node in topology.cluster.nodes}
    others = {spec.name: spec.role for spec in (topology.site, topology.sinkhole, topology.workstation)}
    return nodes | others


def node_addresses(topology: Topology, seen: Mapping[str, Seen]) -> dict[str, str]:
    """Return the name of everyone by the address that he has now: nodes by their Kubernetes names."""
    names = {node.container: f"node {node.name}" for node in topology.cluster.nodes}
    names[topology.workstation.name] = "workstation"
    fixed = {
        str(seen[container].address): name
        for container, name in names.items()
        if container in seen and seen[container].address is not None
    }
    return fixed | {str(topology.site_address): "site"}


def _unknown(place: str) -> str:
    return f"{UNKNOWN}, on {place}" if place else UNKNOWN


def _says_nothing(address: str) -> bool:
    return address.startswith("127.") or address in {"::1", "::", "0.0.0.0"}  # noqa: S104
