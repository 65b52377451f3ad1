"""What the lab needs of a container engine, and no more. Vendor errors stop here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol

from lab.host.shell import Completed
from lab.spec.topology import KIND_LABEL, ContainerSpec, NetworkSpec, Topology


@dataclass(frozen=True, slots=True)
class Seen:
    """A container as the engine sees it now."""

    name: str
    running: bool
    state: str
    pid: int
    address: IPv4Address | None
    """On the lab's network, whatever else it is attached to."""
    labels: Mapping[str, str]
    made: datetime
    id: str = ""
    networks: Mapping[str, IPv4Address | None] = field(default_factory=dict)
    """Every network that it is attached to, by name, with its address there; None while it does not run."""
    fixed: Mapping[str, IPv4Address] = field(default_factory=dict)
    """The address that the engine was told to give it, by network: the only one that outlives a restart."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a container, with all that runs in it, has taken of the machine."""

    cpu_seconds: float
    """Of processors, since the container began."""
    memory: int
    """Bytes: the working set, as Kubernetes defines it (less the page cache that is not in use)."""


class Containers(Protocol):
    """The engine's side of a lab. Removing what is not there is not an error; ensuring twice is once."""

    def ensure_network(self, spec: NetworkSpec, labels: Mapping[str, str]) -> None: ...

    def network_labels(self, name: str) -> Mapping[str, str] | None:
        """Return the labels of the network called *name*; None where there is none."""
        ...

    def remove_network(self, name: str, labels: Mapping[str, str]) -> None:
        """Remove the network called *name* if it carries *labels*. Raises ContainerFailed: it is in use."""
        ...

    def subnets(self) -> Sequence[tuple[str, IPv4Network]]:
        """Every IPv4 subnet of the engine's networks, with the network's name."""
        ...

    def ensure(self, spec: ContainerSpec, network: NetworkSpec, labels: Mapping[str, str]) -> bool:
        """Have a running container made from *spec*; return whether it had to be made or started."""
        ...

    def start(self, container: str) -> None:
        """Have *container* run that is there already: stopped, killed or paused. Running is not an error."""
        ...

    def join(self, container: str, network: str, address: IPv4Address) -> None:
        """Attach *container* to *network* at *address*, now and after every restart; it leaves that first."""
        ...

    def leave(self, container: str, network: str) -> None:
        """Take *container* off *network*. One that is not on it is not an error."""
        ...

    def attached(self, network: str) -> Sequence[str]:
        """The names of the running containers on *network*, whoever made them."""
        ...

    def remove(self, container: str) -> None: ...

    def sweep(self, labels: Mapping[str, str]) -> None:
        """Remove every container, volume and network that carries *labels*."""
        ...

    def seen(self, labels: Mapping[str, str]) -> Sequence[Seen]:
        """Every container that carries *labels* (an empty value matches any), running or not."""
        ...

    def exec(
        self, container: str, argv: Sequence[str], *, timeout: float, stdin: str | None = None
    ) -> Completed: ...

    def put(self, container: str, files: Mapping[str, bytes]) -> None:
        """Write *files* (absolute path to content) into *container*, making folders as needed."""
        ...

    def read(self, container: str, path: str) -> bytes | None:
        """Return what is in a file of *container*, which need not run; None where there is no such file."""
        ...

    def logs(self, container: str, *, since: float | None = None) -> str:
        """Return stdout and stderr; *since* is a POSIX time in seconds."""
        ...

    def usage(self, container: str) -> Usage | None:
        """Return what *container* uses now; None where it does not run."""
        ...


def standing(containers: Containers, topology: Topology) -> dict[str, Seen]:
    """Return everything of a lab that the engine has, by name: the lab's own containers and kind's nodes."""
    return {
        one.name: one
        for labels in (topology.labels, {KIND_LABEL: topology.cluster.name})
        for one in containers.seen(labels)
    }
