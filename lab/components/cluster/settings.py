"""What the cluster is told once it stands: whom CoreDNS asks, and which registry stands for the others."""

from __future__ import annotations

from lab.builds.pull import hosts_toml
from lab.errors import LabError
from lab.host import Host
from lab.host.kubectl import kubectl
from lab.spec import clusterfiles
from lab.spec.topology import Topology

SECONDS = 10


def write(topology: Topology, host: Host) -> None:
    """Add the mirrors; make CoreDNS say who asks, before its first pod starts (there is no pod network)."""
    applied = kubectl(
        host.containers,
        topology.cluster.control_plane.container,
        *("apply", "-f", "-"),
        stdin=clusterfiles.coredns_settings(topology.site_address),
    )
    if isinstance(applied, str):
        raise LabError(f"cluster: CoreDNS could not be set: {applied}")
    for node in topology.cluster.nodes:
        host.containers.put(node.container, _mirrors(topology))


def wrong(topology: Topology, host: Host) -> str | None:
    """Say what is not as `write` left it."""
    told = kubectl(
        host.containers,
        topology.cluster.control_plane.container,
        *("--namespace", "kube-system", "get", "configmap", "coredns", "-o", "json"),
    )
    if isinstance(told, str):
        return f"CoreDNS's settings cannot be read: {told}"
    if clusterfiles.corefile(told) != clusterfiles.COREFILE.format(site=topology.site_address):
        return "CoreDNS has other settings than the lab's: it may not say who asks, or ask somebody else"
    files = _mirrors(topology)
    wanted = b"".join(files.values()).decode()
    for node in topology.cluster.nodes:
        if host.containers.exec(node.container, ["cat", *files], timeout=SECONDS).stdout != wanted:
            return f"{node.name} has not the lab's mirrors in /etc/containerd/certs.d"
    return None


def _mirrors(topology: Topology) -> dict[str, bytes]:
    return {
        f"/etc/containerd/certs.d/{original}/hosts.toml": hosts_toml(original, topology.registry_url).encode()
        for original in topology.cluster.mirrors
    }
