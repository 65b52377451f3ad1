"""The kind cluster: created by kind itself, then given its pod network, mirrors and CoreDNS settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.builds.pull import hosts_toml
from lab.errors import LabError
from lab.host import Host
from lab.host.clock import wait_until
from lab.host.containers import Seen
from lab.spec import clusterfiles
from lab.spec.topology import KIND_LABEL, NodeSpec, Topology

CREATE_SECONDS = 300
DELETE_SECONDS = 60
READY_SECONDS = 120
KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")


@dataclass(frozen=True, slots=True)
class Cluster:
    topology: Topology
    host: Host
    image: str
    state: Path
    """The lab's own folder on the host: kubeconfig, kind's configuration, the nodes' resolv.conf."""
    restricted: bool
    """The host lacks CAP_SYS_RESOURCE: nobody may lower an oom_score_adj."""
    name: str = "cluster"

    def up(self) -> None:
        if not self._stands():
            self.down()
            self._create()
        self._add_dns_settings()
        self._add_networking()
        self._add_mirrors()
        wait_until(self.name, self.check, clock=self.host.clock, timeout=READY_SECONDS)
        self._let_pods_on_the_control_plane()

    def down(self) -> None:
        if self._nodes():
            self.host.shell.run(
                [
                    "kind",
                    "delete",
                    "cluster",
                    "--name",
                    self.topology.cluster.name,
                    "--kubeconfig",
                    str(self.kubeconfig),
                ],
                timeout=DELETE_SECONDS,
            ).check()
        for file in (self.kubeconfig, self._configuration, self._resolver):
            file.unlink(missing_ok=True)

    def check(self) -> str | None:
        nodes = self._nodes()
        for node in self.topology.cluster.nodes:
            if node.container not in nodes:
                return f"{node.name} is not there"
            if not nodes[node.container].running:
                return f"{node.name} is {nodes[node.container].state}"
        listed = self.kubectl("get", "nodes", "-o", "json")
        if isinstance(listed, str):
            return f"the API server does not answer: {listed}"
        return clusterfiles.unready(listed, [node.name for node in self.topology.cluster.nodes])

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def _configuration(self) -> Path:
        return self.state / "kind.yaml"

    @property
    def _resolver(self) -> Path:
        return self.state / "resolv.conf"

    def kubectl(self, *arguments: str, stdin: str | None = None) -> Mapping[str, object] | str:
        """Run kubectl on the control plane and return the object it prints, or what went wrong."""
        done = self.host.containers.exec(
            self.topology.cluster.control_plane.container, [*KUBECTL, *arguments], timeout=30, stdin=stdin
        )
        if not done.ok:
            return (done.stderr.strip().splitlines() or [done.ended])[-1]
        return dict(json.loads(done.stdout)) if done.stdout.startswith("{") else {}

    def _nodes(self) -> dict[str, Seen]:
        found = self.host.containers.seen({KIND_LABEL: self.topology.cluster.name})
        return {one.name: one for one in found}

    def _stands(self) -> bool:
        """Tell whether the three nodes run and were joined: a crash half way leaves less."""
        nodes = self._nodes()
        if any(not (node.container in nodes and nodes[node.container].running) for node in self._specs()):
            return False
        listed = self.kubectl("get", "nodes", "-o", "json")
        return (
            not isinstance(listed, str)
            and self.kubeconfig.exists()
            and clusterfiles.count(listed) == len(nodes)
        )

    def _specs(self) -> Sequence[NodeSpec]:
        return self.topology.cluster.nodes

    def _create(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        self._resolver.write_text(f"nameserver {self.topology.site_address}\n")
        self._configuration.write_text(
            clusterfiles.kind_configuration(
                self.topology.cluster, image=self.image, resolver=self._resolver, restricted=self.restricted
            )
        )
        self.host.shell.run(
            [
                "kind",
                "create",
                "cluster",
                "--name",
                self.topology.cluster.name,
                "--wait",
                "0s",
                "--config",
                str(self._configuration),
                "--kubeconfig",
                str(self.kubeconfig),
            ],
            timeout=CREATE_SECONDS,
            env={"KIND_EXPERIMENTAL_DOCKER_NETWORK": self.topology.network.name},
        ).check()

    def _add_dns_settings(self) -> None:
        """Make CoreDNS say who asks, before its first pod can start (there is no pod network yet)."""
        applied = self.kubectl(
            "apply", "-f", "-", stdin=clusterfiles.coredns_settings(self.topology.site_address)
        )
        if isinstance(applied, str):
            raise LabError(f"cluster: CoreDNS could not be set: {applied}")

    def _add_networking(self) -> None:
        """Give every node its pods' range and a route to each other node's; pods keep their addresses."""
        wait_until("pod ranges", self._ranges_missing, clock=self.host.clock, timeout=READY_SECONDS)
        ranges = self._ranges()
        nodes = self._nodes()
        for node in self._specs():
            files = {"/etc/cni/net.d/10-lab.conflist": clusterfiles.conflist(ranges[node.name]).encode()}
            self.host.containers.put(node.container, files)
            routes = [
                f"ip route replace {ranges[other.name]} via {nodes[other.container].address}"
                for other in self._specs()
                if other is not node
            ]
            self.host.containers.exec(node.container, ["bash", "-c", " && ".join(routes)], timeout=10).check()

    def _ranges(self) -> dict[str, str]:
        listed = self.kubectl("get", "nodes", "-o", "json")
        return {} if isinstance(listed, str) else clusterfiles.pod_ranges(listed)

    def _ranges_missing(self) -> str | None:
        missing = [node.name for node in self._specs() if node.name not in self._ranges()]
        return f"no pod range yet: {', '.join(missing)}" if missing else None

    def _add_mirrors(self) -> None:
        files = {
            f"/etc/containerd/certs.d/{original}/hosts.toml": hosts_toml(
                original, self.topology.registry_url
            ).encode()
            for original in self.topology.cluster.mirrors
        }
        for node in self._specs():
            self.host.containers.put(node.container, files)

    def _let_pods_on_the_control_plane(self) -> None:
        """The document's notebook runs on localnode-1, its master: pods are welcome there."""
        self.kubectl("taint", "nodes", "--all", "node-role.kubernetes.io/control-plane-")
