"""The nodes' addresses. A node joins the cluster with the one that it has then, and works with no other.

The engine gives a container that starts any free address, unless it was told which. kind does not tell it, so
the lab does, once a node has joined: by taking it off the network and attaching it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address

from lab.errors import ContainerFailed, LabError
from lab.host import Host
from lab.host.containers import Seen
from lab.spec.topology import KIND_LABEL, NodeSpec, Topology

FLAGS = "/var/lib/kubelet/kubeadm-flags.env"
NODE_IP = re.compile(rb"--node-ip=([0-9.]+)")


def fix(topology: Topology, host: Host) -> None:
    """Have every node at the address with which it joined, after a restart too. Raises LabError."""
    network = topology.network.name
    seen = _seen(topology, host)
    loose = {
        node: address
        for node, address in _joined_with(topology, host, seen).items()
        if _problem(seen[node.container], network, address)
        or seen[node.container].fixed.get(network) != address
    }
    for node, address in loose.items():  # all of them first: two may have changed places
        if _problem(seen[node.container], network, address):
            host.containers.leave(node.container, network)
    for node, address in loose.items():
        try:
            host.containers.join(node.container, network, address)
        except ContainerFailed as error:
            raise _not_had(node.name, network, error) from error


def start(topology: Topology, host: Host, stopped: Sequence[str]) -> None:
    """Start the containers *stopped*, side by side. Raises LabError: somebody has the address of one."""

    def begin(container: str) -> None:
        try:
            host.containers.start(container)
        except ContainerFailed as error:
            raise _not_had(container, topology.network.name, error) from error

    with ThreadPoolExecutor(len(stopped) or 1) as pool:
        list(pool.map(begin, stopped))


def _not_had(node: str, network: str, error: ContainerFailed) -> LabError:
    return LabError(
        f"cluster: {node} does not come back at the address with which it joined: {error}; where another "
        f"container has it, `docker network inspect {network}` names that one, and "
        f"`docker network disconnect {network} CONTAINER` takes it off; then `lab up` again"
    )


def wrong(topology: Topology, host: Host) -> str | None:
    """Say which node has another address than the one with which it joined."""
    seen = _seen(topology, host)
    for node, address in _joined_with(topology, host, seen).items():
        if problem := _problem(seen[node.container], topology.network.name, address):
            return f"{node.name} {problem}"
        if seen[node.container].fixed.get(topology.network.name) != address:
            return f"{node.name} would get any address at its next start"
    return None


def _seen(topology: Topology, host: Host) -> dict[str, Seen]:
    return {one.name: one for one in host.containers.seen({KIND_LABEL: topology.cluster.name})}


def _joined_with(topology: Topology, host: Host, seen: dict[str, Seen]) -> dict[NodeSpec, IPv4Address]:
    found = {}
    for node in topology.cluster.nodes:
        flags = host.containers.read(node.container, FLAGS) if node.container in seen else None
        if flags is not None and (told := NODE_IP.search(flags)) is not None:
            found[node] = IPv4Address(told[1].decode())
    return found


def _problem(seen: Seen, network: str, address: IPv4Address) -> str | None:
    if seen.state != "running":
        return None  # without any address; what it is fixed to counts
    has = seen.networks.get(network)
    if has == address:
        return None
    return f"joined as {address} and {f'has {has} now' if has else 'is not on the network'}"
