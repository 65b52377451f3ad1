"""A lab of the wall, the seals and containers in the nodes' places, on a network of the test's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Network
from pathlib import Path

from lab.components.seal import Seal
from lab.components.seal.ports import Ports
from lab.components.seal.wall import Gate, Wall
from lab.host import Host
from lab.host.clock import SystemClock
from lab.host.engine import DockerContainers
from lab.host.shell import LocalShell
from lab.spec.actions import Connect
from lab.spec.config import LabConfig
from lab.spec.plan import COLLECTOR_SETTINGS, plan
from lab.spec.scenario import Outcome
from lab.spec.topology import KIND_LABEL, ContainerSpec, Topology, own_image
from lab.steps.connect import connect
from lab.steps.stage import Stage

COLLECTOR = ("python3", "-m", "lab.parts.collector", COLLECTOR_SETTINGS)
LISTENER = ("python3", "-m", "http.server", "80")


@dataclass(frozen=True)
class Small:
    topology: Topology
    host: Host

    def tried(self, place: str, to: str) -> Outcome:
        stage = Stage(self.topology, self.host, Path(), datetime.now(UTC))
        return connect(Connect(to=to, **{"from": place}), stage, timeout=13).outcome

    def seal(self) -> Seal:
        return Seal(self.topology, self.host)

    def wall(self) -> Wall:
        return Wall(self.topology, self.host)

    def gate(self) -> Gate:
        return Gate(self.topology, self.host)

    def ports(self) -> Ports:
        return Ports(self.topology, self.host)

    def address(self, container: str) -> str:
        found = self.host.containers.seen(self.topology.labels)
        return str(next(one.address for one in found if one.name == container))

    def at_host(self, script: str) -> str:
        """Run *script* in the network of the host."""
        return self._ran(["bash", "-ec", script])

    def within(self, container: str, script: str) -> str:
        """Run *script* in the network of *container*, with all rights and a place for its own namespaces."""
        pid = next(
            one.pid for one in self.host.containers.seen(self.topology.labels) if one.name == container
        )
        return self._ran(["nsenter", "-t", str(pid), "-n", "unshare", "--mount", "bash", "-ec", script])

    def _ran(self, argv: list[str]) -> str:
        done = self.host.containers.exec(self.topology.seal.name, argv, timeout=40)
        return done.check().stdout


def _topology(name: str, subnet: str) -> Topology:
    """The plan's own, with the seal's image in everybody's place."""
    whole = plan(LabConfig(name=name, subnet=IPv4Network(subnet)))
    image = own_image("seal")
    return replace(
        whole,
        seal=replace(whole.seal, command=COLLECTOR),
        site=replace(whole.site, image=image, command=LISTENER),
        sinkhole=ContainerSpec(whole.sinkhole.name, image, "sinkhole", command=LISTENER),
        workstation=ContainerSpec(whole.workstation.name, image, "workstation", command=LISTENER),
    )


@contextmanager
def small_lab(name: str, subnet: str) -> Iterator[Small]:
    topology = _topology(f"{name}-{os.getpid() % 10000}", subnet)
    host = Host(LocalShell(), DockerContainers(), SystemClock())
    containers, labels = host.containers, topology.labels
    containers.ensure_network(topology.network, labels)
    lab = Small(topology, host)
    try:
        containers.ensure(topology.seal, topology.network, labels)
        lab.wall().up()
        lab.gate().up()
        containers.ensure(topology.site, topology.network, labels)
        containers.ensure(topology.sinkhole, topology.network, labels)
        containers.ensure(topology.workstation, topology.network, labels)
        for node in topology.cluster.nodes:
            spec = ContainerSpec(node.container, own_image("seal"), "node", command=LISTENER)
            containers.ensure(spec, topology.network, {**labels, KIND_LABEL: topology.cluster.name})
        lab.seal().up()
        yield lab
    finally:
        for one in containers.seen(labels):
            if one.name != topology.seal.name:
                containers.remove(one.name)
        containers.remove_network(topology.network.name, labels)
        lab.wall().down()
        containers.sweep(labels)
