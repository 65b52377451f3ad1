"""The ends, on the host, of the links of the lab's containers: open for their own, held on other networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from lab.components.seal.host import at_host, spaces
from lab.host import Host
from lab.host.clock import wait_until
from lab.host.containers import Seen, standing
from lab.host.kubectl import NoAnswer, nodes
from lab.spec import bridge, clusterfiles, links, nft, ruleset
from lab.spec.links import Links
from lab.spec.topology import Topology

RANGES_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ports:
    """Which end is whose, and what may be sent by it. Opened with the seal; now with the pods' ranges."""

    topology: Topology
    host: Host
    name: str = "ports"

    def up(self) -> None:
        wait_until("pod ranges", self._ranges_missing, clock=self.host.clock, timeout=RANGES_SECONDS)
        self.open()

    def down(self) -> None:
        """Nothing outlives the wall."""

    def check(self) -> str | None:
        reasons = (self._others(), self._ranges_missing() or self._wrong())
        return "; ".join(reason for reason in reasons if reason) or None

    def open(self) -> Links:
        """Open the port of every container of the lab that runs, and hold what it has on other networks."""
        seen = self._seen()
        found = self._links(seen)
        wanted = bridge.elements(self._sources(found), found.held, self._inside(seen))
        at_host(self.topology, self.host, nft.filling(bridge.filling(self.topology.name, wanted)))
        return found

    def _wrong(self) -> str | None:
        """Say what is not held as it should be; None when all is."""
        seen = self._seen()
        found = self._links(seen)
        if found.loose:
            return f"cannot be held on the host, since it has no end there: {'; '.join(found.loose)}"
        wanted = bridge.elements(self._sources(found), found.held, self._inside(seen))
        script = nft.contents("bridge", ruleset.wall_table(self.topology.name), bridge.OPEN_SETS)
        there = {
            name: frozenset(one for one in found_there if name == "inside" or one.split()[0] in found.known)
            for name, found_there in nft.elements(at_host(self.topology, self.host, script)).items()
        }  # a container that started again has another end, and its old one is nobody's
        if different := sorted(name for name in wanted if wanted[name] != there.get(name, frozenset())):
            return f"the ports of the bridge are not held as they should be ({', '.join(different)})"
        return None

    def _others(self) -> str | None:
        """Name the networks, beside the lab's, that containers of the lab were attached to."""
        network = self.topology.network.name
        others = [
            f"{container} is on the network {name} as well, where nothing of it passes"
            for container, one in self._seen().items()
            for name in one.networks
            if name != network
        ]
        return "; ".join(others) or None

    def allowed(self) -> Mapping[str, frozenset[IPv4Network]]:
        """Return what each container may send as: its own address, and what a node answers for.

        While the API server does not answer, nobody knows of any pod.
        """
        cluster = self.topology.cluster
        try:
            ranges = self._ranges()
        except NoAnswer:
            ranges = {}
        allowed = {}
        for container, one in self._seen().items():
            own = [IPv4Network(one.address)] if one.address is not None else []
            if container in ranges:
                own.append(ranges[container])
            if container == cluster.control_plane.container:
                own.append(cluster.service_subnet)  # the way there for those who are no nodes
            allowed[container] = frozenset(own)
        return allowed

    def _sources(self, found: Links) -> Mapping[str, frozenset[IPv4Network]]:
        allowed = self.allowed()
        return {port: allowed[container] for port, container in found.ports.items() if container in allowed}

    def _inside(self, seen: Mapping[str, Seen]) -> Sequence[IPv4Network]:
        cluster = self.topology.cluster
        own = (one.address for one in seen.values())
        return [
            cluster.pod_subnet,
            cluster.service_subnet,
            *(IPv4Network(address) for address in own if address is not None),
        ]

    def _links(self, seen: Mapping[str, Seen]) -> Links:
        output = at_host(self.topology, self.host, links.listing([one.pid for one in seen.values()]))
        host, *inside = links.listed(output) or [[]]
        return links.compared(host, dict(zip(seen, inside, strict=False)), self.topology.network.bridge)

    def _seen(self) -> Mapping[str, Seen]:
        there = standing(self.host.containers, self.topology)
        return {
            name: there[name]
            for name in spaces(self.topology).values()
            if name in there and there[name].running
        }

    def _ranges(self) -> Mapping[str, IPv4Network]:
        """Return each node's pod range, as far as it has one, by its container. Raises NoAnswer."""
        cluster = self.topology.cluster
        told = clusterfiles.pod_ranges(nodes(self.host.containers, cluster.control_plane.container))
        return {node.container: IPv4Network(told[node.name]) for node in cluster.nodes if node.name in told}

    def _ranges_missing(self) -> str | None:
        try:
            ranges = self._ranges()
        except NoAnswer as error:
            return str(error)
        missing = [node.name for node in self.topology.cluster.nodes if node.container not in ranges]
        return f"no pod range yet: {', '.join(missing)}" if missing else None
