"""The lab's bridge: a normal one, so that published ports work, with masquerade off."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import LabError
from lab.host import Host
from lab.host.containers import standing
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Network:
    topology: Topology
    host: Host
    name: str = "network"

    def up(self) -> None:
        self.host.containers.ensure_network(self.topology.network, self.topology.labels)

    def down(self) -> None:
        """Remove it. Raises LabError: somebody else's container is on it, which the lab does not take off."""
        network, containers = self.topology.network.name, self.host.containers
        for one in containers.seen(self.topology.labels):
            if one.name != self.topology.seal.name:  # what a crash left
                containers.remove(one.name)
        ours = standing(containers, self.topology)
        if strangers := [one for one in containers.attached(network) if one not in ours]:
            commands = "; ".join(f"`docker network disconnect {network} {one}`" for one in strangers)
            raise LabError(
                f"{', '.join(strangers)} is on the network {network} and is none of the lab's containers: "
                f"{commands}, then `lab down` again"
            )
        containers.remove_network(network, self.topology.labels)

    def check(self) -> str | None:
        labels = self.host.containers.network_labels(self.topology.network.name)
        return "the network is not there" if labels is None else None
