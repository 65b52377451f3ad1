"""What exists while the lab is up. One file each: up, down, check. The order stands in `assemble`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lab.components.cluster import Cluster
from lab.components.exports import Exports
from lab.components.names import Names
from lab.components.network import Network
from lab.components.part import Gatekeeper, Part
from lab.components.podnetwork import PodNetwork
from lab.components.routes import Routes
from lab.components.seal import Seal
from lab.components.seal.ports import Ports
from lab.components.seal.wall import Gate, Wall
from lab.components.sinkhole import Sinkhole
from lab.components.trust import Trust
from lab.components.watch import Watch
from lab.components.workstation import Credentials, Workstation
from lab.host import Host
from lab.spec.topology import Topology


class Component(Protocol):
    """A part of the lab."""

    @property
    def name(self) -> str: ...

    def up(self) -> None:
        """Bring it into being and wait until it is ready. Doing it twice is doing it once."""

    def down(self) -> None:
        """Remove every trace. Nothing there is not an error."""

    def check(self) -> str | None:
        """None when ready, else what is wrong. Changes nothing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a lab stands on: facts of this host, found out before anything is made."""

    node_image: str
    state: Path
    """The lab's own folder: kubeconfig, kind's configuration, run folders."""
    restricted: bool
    """CAP_SYS_RESOURCE is missing."""
    recreate: bool = False
    """The user asked for a new cluster."""


def assemble(topology: Topology, host: Host, ground: Ground) -> tuple[tuple[Component, ...], ...]:
    """Return the stages in the order in which they come up; they go down in reverse.

    The wall stands before there is a network to leave, and as long as there is one. The seal closes once the
    nodes have their addresses, and before there is a pod network: no pod but the nodes' own has run by then.
    What takes long stands last in its stage, what is brought up beside it before.
    """
    site = str(topology.site_address)
    answers = ("bash", "-c", f"exec 3<>/dev/tcp/{site}/$0")
    seal, ports = Seal(topology, host), Ports(topology, host)
    pods, routes = PodNetwork(topology, host), Routes(topology, host)
    return (
        (Gatekeeper(topology, host, topology.seal, ("true",), shown="gatekeeper"),),
        (Wall(topology, host),),
        (Network(topology, host),),
        (Gate(topology, host),),
        (Part(topology, host, topology.site, ("true",)),),
        (Part(topology, host, topology.dns, (*answers, "53")),),
        (
            Part(topology, host, topology.web, (*answers, "80")),
            Part(topology, host, topology.nfs, (*answers, "2049")),
            Part(topology, host, topology.registry, (*answers, "5000")),
            Part(topology, host, topology.front, (*answers, "443")),
            Sinkhole(topology, host),
            Workstation(topology, host),
            Cluster(topology, host, ground.node_image, ground.state, ground.restricted, ground.recreate),
        ),
        (Trust(topology, host), Names(topology, host)),
        (seal,),
        (ports,),
        (pods,),
        (routes,),
        (Watch(topology, host, seal.rules, pods.routes, routes.wanted, ports.allowed),),
        (Exports(topology, host), Credentials(topology, host)),
    )
