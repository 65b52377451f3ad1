"""The pods' network: a range for each node, plain routes between them, no masquerade.

It comes after the seal, since no pod but the nodes' own can start without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.errors import LabError
from lab.host import Host
from lab.host.clock import wait_until
from lab.host.kubectl import NoAnswer, kubectl, nodes
from lab.spec import clusterfiles
from lab.spec.podlink import PLUGIN_PATH, SCRIPT
from lab.spec.topology import KIND_LABEL, NodeSpec, Topology

READY_SECONDS = 120
CONFLIST = "/etc/cni/net.d/10-lab.conflist"


@dataclass(frozen=True, slots=True)
class PodNetwork:
    topology: Topology
    host: Host
    name: str = "pod network"

    def up(self) -> None:
        wait_until("pod ranges", self._ranges_missing, clock=self.host.clock, timeout=READY_SECONDS)
        ranges, ways = self._ranges(), self.routes()
        for node in self._nodes():
            files = {
                PLUGIN_PATH: SCRIPT.encode(),
                CONFLIST: clusterfiles.conflist(ranges[node.name]).encode(),
            }
            self.host.containers.put(node.container, files)
            script = " && ".join(f"ip route replace {to} via {via}" for to, via in ways[node.name].items())
            self.host.containers.exec(node.container, ["bash", "-c", script], timeout=10).check()
        # The document's notebook runs on localnode-1, its master: pods are welcome there.
        kubectl(
            self.host.containers,
            self.topology.cluster.control_plane.container,
            *("taint", "nodes", "--all", "node-role.kubernetes.io/control-plane-"),
        )
        wait_until(self.name, self.check, clock=self.host.clock, timeout=READY_SECONDS)

    def down(self) -> None:
        """Nothing outlives the nodes."""

    def check(self) -> str | None:
        try:
            listed = nodes(self.host.containers, self.topology.cluster.control_plane.container)
        except NoAnswer as error:
            return str(error)
        return clusterfiles.unready(listed, [node.name for node in self._nodes()]) or self._other_settings(
            listed
        )

    def _other_settings(self, listed: Mapping[str, Any]) -> str | None:
        ranges, ways = clusterfiles.pod_ranges(listed), self.routes()
        for node in self._nodes():
            asked = self.host.containers.exec(
                node.container, ["bash", "-c", f"cat {CONFLIST}; echo; ip -4 route show"], timeout=10
            ).stdout
            if clusterfiles.conflist(ranges[node.name]) not in asked:
                return f"{node.name} has not the lab's {CONFLIST}"
            for to, via in ways[node.name].items():
                if f"\n{to} via {via} " not in asked:
                    return f"{node.name} has no route to the pods of another node: {to} via {via}"
        return None

    def routes(self) -> dict[str, dict[str, str]]:
        """Return each node's ways to the pods of the others: range to address, by the node's name."""
        ranges, addresses = self._ranges(), self._addresses()
        for node in self._nodes():
            if node.container not in addresses or node.name not in ranges:
                raise LabError(f"{self.name}: {node.name} does not run or has no pod range yet")
        return {
            node.name: {
                ranges[other.name]: addresses[other.container] for other in self._nodes() if other is not node
            }
            for node in self._nodes()
        }

    def _nodes(self) -> Sequence[NodeSpec]:
        return self.topology.cluster.nodes

    def _addresses(self) -> dict[str, str]:
        found = self.host.containers.seen({KIND_LABEL: self.topology.cluster.name})
        return {one.name: str(one.address) for one in found if one.address is not None}

    def _ranges(self) -> dict[str, str]:
        return clusterfiles.pod_ranges(
            nodes(self.host.containers, self.topology.cluster.control_plane.container)
        )

    def _ranges_missing(self) -> str | None:
        try:
            ranges = self._ranges()
        except NoAnswer as error:
            return str(error)
        missing = [node.name for node in self._nodes() if node.name not in ranges]
        return f"no pod range yet: {', '.join(missing)}" if missing else None
