"""The way back to pods and services, for the parts that are no nodes: nothing is masqueraded."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import LabError
from lab.host import Host
from lab.host.kubectl import nodes
from lab.host.shell import Completed
from lab.spec import clusterfiles
from lab.spec.topology import KIND_LABEL, Topology


@dataclass(frozen=True, slots=True)
class Routes:
    topology: Topology
    host: Host
    name: str = "routes"

    def up(self) -> None:
        commands = [f"ip route replace {target} via {via}" for target, via in self.wanted().items()]
        for pid in self._namespaces():
            self._at(pid, " && ".join(commands)).check()

    def down(self) -> None:
        """Nothing outlives the namespaces."""

    def check(self) -> str | None:
        wanted = self.wanted()
        for pid in self._namespaces():
            shown = self._at(pid, "ip route show").stdout
            for target, via in wanted.items():
                if f"{target} via {via}" not in shown:
                    return f"no route to {target}"
        return None

    def wanted(self) -> dict[str, str]:
        """Each node's pod range by that node; services by the control plane, whose kube-proxy knows them."""
        control_plane = self.topology.cluster.control_plane.container
        ranges = clusterfiles.pod_ranges(nodes(self.host.containers, control_plane))
        addresses = {
            one.name: str(one.address)
            for one in self.host.containers.seen({KIND_LABEL: self.topology.cluster.name})
            if one.address is not None
        }
        routes = {}
        for node in self.topology.cluster.nodes:
            if node.container not in addresses or node.name not in ranges:
                raise LabError(f"{self.name}: {node.name} does not run or has no pod range yet")
            routes[ranges[node.name]] = addresses[node.container]
        routes[str(self.topology.cluster.service_subnet)] = addresses[control_plane]
        return routes

    def _namespaces(self) -> list[int]:
        names = {self.topology.site.name, self.topology.sinkhole.name, self.topology.workstation.name}
        return [
            one.pid
            for one in self.host.containers.seen(self.topology.labels)
            if one.name in names and one.running
        ]

    def _at(self, pid: int, command: str) -> Completed:
        return self.host.containers.exec(
            self.topology.seal.name, ["nsenter", "-t", str(pid), "-n", "bash", "-c", command], timeout=10
        )
