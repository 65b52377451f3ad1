"""The kind cluster: created by kind itself, then given its mirrors and CoreDNS settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.builds.pull import hosts_toml
from lab.errors import LabError
from lab.host import Host
from lab.host.containers import Seen
from lab.host.kubectl import NoAnswer, kubectl, nodes
from lab.spec import clusterfiles
from lab.spec.topology import KIND_LABEL, NodeSpec, Topology

CREATE_SECONDS = 300
DELETE_SECONDS = 60


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
        if self.check() is not None:  # a crash half way leaves less than three nodes that have joined
            self.down()
            self._create()
        elif not self.kubeconfig.exists():  # another user's, or another state folder: no reason to start anew
            self._fetch_kubeconfig()
        self._add_dns_settings()
        self._add_mirrors()

    def down(self) -> None:
        if self._seen():
            self.host.shell.run(
                [
                    *("kind", "delete", "cluster", "--name", self.topology.cluster.name),
                    *("--kubeconfig", str(self.kubeconfig)),
                ],
                timeout=DELETE_SECONDS,
            ).check()
        for file in (self.kubeconfig, self._configuration, self._resolver):
            file.unlink(missing_ok=True)

    def check(self) -> str | None:
        seen = self._seen()
        for node in self.topology.cluster.nodes:
            if node.container not in seen:
                return f"{node.name} is not there"
            if not seen[node.container].running:
                return f"{node.name} is {seen[node.container].state}"
        try:
            listed = nodes(self.host.containers, self.topology.cluster.control_plane.container)
        except NoAnswer as error:
            return str(error)
        absent = [node.name for node in self._specs() if node.name not in clusterfiles.names(listed)]
        return f"{', '.join(absent)} did not join" if absent else None

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def _configuration(self) -> Path:
        return self.state / "kind.yaml"

    @property
    def _resolver(self) -> Path:
        return self.state / "resolv.conf"

    def _seen(self) -> dict[str, Seen]:
        found = self.host.containers.seen({KIND_LABEL: self.topology.cluster.name})
        return {one.name: one for one in found}

    def _fetch_kubeconfig(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        self.host.shell.run(
            [
                *("kind", "export", "kubeconfig", "--name", self.topology.cluster.name),
                *("--kubeconfig", str(self.kubeconfig)),
            ],
            timeout=DELETE_SECONDS,
        ).check()

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
                *("kind", "create", "cluster", "--name", self.topology.cluster.name, "--wait", "0s"),
                *("--config", str(self._configuration), "--kubeconfig", str(self.kubeconfig)),
            ],
            timeout=CREATE_SECONDS,
            env={"KIND_EXPERIMENTAL_DOCKER_NETWORK": self.topology.network.name},
        ).check()

    def _add_dns_settings(self) -> None:
        """Make CoreDNS say who asks, before its first pod can start (there is no pod network yet)."""
        applied = kubectl(
            self.host.containers,
            self.topology.cluster.control_plane.container,
            *("apply", "-f", "-"),
            stdin=clusterfiles.coredns_settings(self.topology.site_address),
        )
        if isinstance(applied, str):
            raise LabError(f"cluster: CoreDNS could not be set: {applied}")

    def _add_mirrors(self) -> None:
        files = {
            f"/etc/containerd/certs.d/{original}/hosts.toml": hosts_toml(
                original, self.topology.registry_url
            ).encode()
            for original in self.topology.cluster.mirrors
        }
        for node in self._specs():
            self.host.containers.put(node.container, files)
