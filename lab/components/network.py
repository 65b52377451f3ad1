"""The lab's bridge: a normal one, so that published ports work, with masquerade off."""

from __future__ import annotations

from dataclasses import dataclass

from lab.host import Host
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Network:
    topology: Topology
    host: Host
    name: str = "network"

    def up(self) -> None:
        self.host.containers.ensure_network(self.topology.network, self.topology.labels)

    def down(self) -> None:
        self.host.containers.sweep(self.topology.labels)

    def check(self) -> str | None:
        labels = self.host.containers.network_labels(self.topology.network.name)
        return "the network is not there" if labels is None else None
