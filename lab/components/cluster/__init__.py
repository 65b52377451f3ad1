"""The kind cluster: created by kind itself, then given fixed addresses, its mirrors and CoreDNS settings.

What is in a cluster is the user's. One that was complete once is mended where it stands; it is made anew only
when the user asks for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.components.cluster import addresses, settings
from lab.errors import LabError, NotReady
from lab.host import Host
from lab.host.clock import wait_until
from lab.host.containers import Seen
from lab.host.kubectl import NoAnswer, nodes
from lab.spec import clusterfiles
from lab.spec.topology import KIND_LABEL, NodeSpec, Topology

CREATE_SECONDS = 300
DELETE_SECONDS = 60
ANSWER_SECONDS = 180
"""For an API server to answer again. The kubelet gives one that hangs about 90 s before it starts it anew."""
REGISTER_SECONDS = 60
JOINED = "/etc/kubernetes/kubelet.conf"
"""kubeadm writes it when a node joins. Until all three have it, nothing of the user's is in the cluster."""


@dataclass(frozen=True, slots=True)
class Cluster:
    topology: Topology
    host: Host
    image: str
    state: Path
    """The lab's own folder on the host: kubeconfig, kind's configuration, the nodes' resolv.conf."""
    restricted: bool
    """The host lacks CAP_SYS_RESOURCE: nobody may lower an oom_score_adj."""
    recreate: bool = False
    """The user asked for a new one, whatever is in the old."""
    name: str = "cluster"

    def up(self) -> None:
        if self.recreate or not self._was_complete():
            self.down()
            self._create()
            addresses.fix(self.topology, self.host)
        else:
            self._mend()
        settings.write(self.topology, self.host)

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
        return (
            self._not_joined()
            or addresses.wrong(self.topology, self.host)
            or settings.wrong(self.topology, self.host)
        )

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

    def _specs(self) -> Sequence[NodeSpec]:
        return self.topology.cluster.nodes

    def _was_complete(self) -> bool:
        """Tell whether every node that is there has joined. kind makes all three before the first joins."""
        seen = self._seen()
        return bool(seen) and all(
            self.host.containers.read(container, JOINED) is not None for container in seen
        )

    def _mend(self) -> None:
        """Start what is stopped, give back what was lost, wait. Raises LabError: what cannot be mended."""
        seen = self._seen()
        if gone := [node.name for node in self._specs() if node.container not in seen]:
            raise LabError(
                f"cluster: the container of {', '.join(gone)} was removed, and kind adds none to a cluster "
                "that stands; `lab up --recreate` makes the cluster anew, without what is in it now"
            )
        addresses.fix(self.topology, self.host)
        stopped = [name for name, one in seen.items() if one.state != "running"]
        addresses.start(self.topology, self.host, stopped)
        if not self.kubeconfig.exists():  # another user's, or another state folder
            self._fetch_kubeconfig()
        try:
            wait_until(self.name, self._silent, clock=self.host.clock, timeout=ANSWER_SECONDS)
            self._start_services()
            wait_until(self.name, self._not_joined, clock=self.host.clock, timeout=REGISTER_SECONDS)
        except NotReady as error:
            raise LabError(
                f"{error}; `lab logs {self.topology.cluster.control_plane.name}` may say why; "
                "`lab up --recreate` makes the cluster anew, without what is in it now"
            ) from error

    def _start_services(self) -> None:
        """Start what somebody stopped in a node. A kubelet registers a deleted node only when it starts."""
        absent = self._absent()
        for node in self._specs():
            restart = "systemctl restart kubelet" if node in absent else "systemctl start kubelet"
            argv = ["bash", "-c", f"systemctl start containerd; {restart}"]
            self.host.containers.exec(node.container, argv, timeout=30)

    def _silent(self) -> str | None:
        seen = self._seen()
        for node in self._specs():
            if node.container not in seen:
                return f"{node.name} is not there"
            if seen[node.container].state != "running":
                return f"{node.name} is {seen[node.container].state}"
        try:
            self._absent()
        except NoAnswer as error:
            return str(error)
        return None

    def _absent(self) -> Sequence[NodeSpec]:
        """Raises NoAnswer."""
        listed = nodes(self.host.containers, self.topology.cluster.control_plane.container)
        return [node for node in self._specs() if node.name not in clusterfiles.names(listed)]

    def _not_joined(self) -> str | None:
        if silent := self._silent():
            return silent
        absent = self._absent()
        return f"{', '.join(node.name for node in absent)} did not join" if absent else None

    def _fetch_kubeconfig(self) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        self.host.shell.run(
            [
                *("kind", "export", "kubeconfig", "--name", self.topology.cluster.name),
                *("--kubeconfig", str(self.kubeconfig)),
            ],
            timeout=DELETE_SECONDS,
        ).check()

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
