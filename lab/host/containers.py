"""What the lab needs of a container engine, and no more. Vendor errors stop here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    labels: Mapping[str, str]
    made: datetime


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

    def subnets(self) -> Sequence[tuple[str, IPv4Network]]:
        """Every IPv4 subnet of the engine's networks, with the network's name."""
        ...

    def ensure(self, spec: ContainerSpec, network: NetworkSpec, labels: Mapping[str, str]) -> bool:
        """Have a running container made from *spec*; return whether it had to be made or started."""
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
