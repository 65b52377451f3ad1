"""The operator's seat: the document's files in its home, and the way to the API server."""

from __future__ import annotations

from dataclasses import dataclass

from lab.host import Host
from lab.host.clock import wait_until
from lab.spec.topology import Topology

KUBECONFIG = "/root/.kube/config"


@dataclass(frozen=True, slots=True)
class Workstation:
    topology: Topology
    host: Host
    name: str = "workstation"

    def up(self) -> None:
        self.host.containers.ensure(self.topology.workstation, self.topology.network, self.topology.labels)

    def down(self) -> None:
        self.host.containers.remove(self.topology.workstation.name)

    def check(self) -> str | None:
        seen = self.host.containers.exec(
            self.topology.workstation.name, ["kubectl", "get", "--raw", "/readyz"], timeout=10
        )
        return None if seen.ok else seen.last_line


@dataclass(frozen=True, slots=True)
class Credentials:
    """The cluster administrator's kubeconfig, put on the workstation. Names must be answered by then."""

    topology: Topology
    host: Host
    name: str = "credentials"

    def up(self) -> None:
        control_plane = self.topology.cluster.control_plane.container
        made = self.host.containers.exec(control_plane, ["cat", "/etc/kubernetes/admin.conf"], timeout=10)
        self.host.containers.put(self.topology.workstation.name, {KUBECONFIG: made.check().stdout.encode()})
        wait_until("workstation", self.check, clock=self.host.clock, timeout=30)

    def down(self) -> None:
        """Nothing outlives the workstation."""

    def check(self) -> str | None:
        return Workstation(self.topology, self.host).check()
