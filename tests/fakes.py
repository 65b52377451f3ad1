"""Working small implementations of the doors, for tests. The docker tests hold them to the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

from lab.errors import ContainerFailed
from lab.events import Event
from lab.host import Host
from lab.host.containers import Seen, Usage
from lab.host.shell import Completed
from lab.spec.topology import CONFIG_LABEL, SPEC_LABEL, ContainerSpec, NetworkSpec


def completed(
    stdout: str = "",
    *,
    stderr: str = "",
    exit_code: int | None = 0,
    argv: Sequence[str] = (),
    seconds: float = 0.1,
) -> Completed:
    """Return how a program ended, with the dull parts filled in."""
    return Completed(tuple(argv), exit_code, stdout, stderr, seconds)


@dataclass(frozen=True, slots=True)
class ShellCall:
    argv: tuple[str, ...]
    timeout: float
    stdin: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None


def _succeed(_: tuple[str, ...]) -> Completed:
    return completed()


@dataclass
class FakeShell:
    """Answers by *answer*, a function from argv to how it ended (or that raises), and remembers what ran."""

    answer: Callable[[tuple[str, ...]], Completed] = _succeed
    calls: list[ShellCall] = field(default_factory=list)

    @property
    def ran(self) -> list[tuple[str, ...]]:
        return [call.argv for call in self.calls]

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Completed:
        self.calls.append(ShellCall(tuple(argv), timeout, stdin, dict(env or {}), cwd))
        return self.answer(tuple(argv))


@dataclass(frozen=True, slots=True)
class Exec:
    container: str
    argv: tuple[str, ...]
    timeout: float
    stdin: str | None = None


def _silent(_: Exec) -> Completed:
    return completed()


@dataclass(slots=True)
class Standing:
    """A container, as the fake keeps it."""

    spec: ContainerSpec
    labels: Mapping[str, str]
    address: IPv4Address | None
    files: dict[str, bytes]
    number: int = 0
    """Tells this container from others that had its name."""
    running: bool = True
    fixed: dict[str, IPv4Address] = field(default_factory=dict)
    network: str = ""


@dataclass
class FakeContainers:
    """An engine in a dict. *answer* says how an `exec` ends; `said` holds each container's log.

    A container must be there to be asked; with *anything_stands*, every name is. `images` holds the ids of
    those that are not called as their references are; None is one that is not there.
    """

    answer: Callable[[Exec], Completed] = _silent
    anything_stands: bool = False
    containers: dict[str, Standing] = field(default_factory=dict)
    networks: dict[str, tuple[NetworkSpec, Mapping[str, str]]] = field(default_factory=dict)
    volumes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    images: dict[str, str | None] = field(default_factory=dict)
    made: int = 0
    execs: list[Exec] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    loose_files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    """Containers on the networks that are not the lab's."""

    def ensure_network(self, spec: NetworkSpec, labels: Mapping[str, str]) -> None:
        self.networks.setdefault(spec.name, (spec, {**labels, CONFIG_LABEL: spec.record}))

    def network_labels(self, name: str) -> Mapping[str, str] | None:
        return self.networks[name][1] if name in self.networks else None

    def remove_network(self, name: str, labels: Mapping[str, str]) -> None:
        if name in self.networks and _carries(self.networks[name][1], labels):
            if self.attached(name):
                raise ContainerFailed(f"network {name}: error while removing network: has active endpoints")
            del self.networks[name]

    def subnets(self) -> Sequence[tuple[str, IPv4Network]]:
        return [(name, spec.subnet) for name, (spec, _) in self.networks.items()]

    def ensure(self, spec: ContainerSpec, network: NetworkSpec, labels: Mapping[str, str]) -> bool:
        image = self.images.get(spec.image, spec.image)
        if image is None:
            raise ContainerFailed(
                f"{spec.role}: image {spec.image} is not there; `lab images build` makes it"
            )
        if spec.shares is not None and spec.shares not in self.containers:
            raise ContainerFailed(f"container {spec.name}: no such container: {spec.shares}")
        sharer = self.containers[spec.shares].number if spec.shares is not None else ""
        wanted = f"{spec.digest}-{image}-{sharer}"
        there = self.containers.pop(spec.name, None)
        if there is not None and there.running and there.labels[SPEC_LABEL] == wanted:
            self.containers[spec.name] = there
            if there.address is not None or spec.shares or spec.host_network:
                return False
            there.address = spec.address or self._free(network)
            return True
        for volume in spec.volumes:
            self.volumes.setdefault(volume, dict(labels))
        address = None if spec.shares or spec.host_network else spec.address or self._free(network)
        self.made += 1
        self.containers[spec.name] = Standing(
            spec, {**labels, SPEC_LABEL: wanted}, address, dict(spec.files), self.made
        )
        self.containers[spec.name].network = network.name
        if spec.address is not None:
            self.containers[spec.name].fixed[network.name] = spec.address
        return True

    def _free(self, network: NetworkSpec) -> IPv4Address:
        taken = {standing.address for standing in self.containers.values()} | {network.gateway}
        return next(address for address in network.subnet.hosts() if address not in taken)

    def start(self, container: str) -> None:
        if container not in self.containers:
            raise ContainerFailed(f"no such container: {container}")
        self.made += 1
        self.containers[container].running = True

    def join(self, container: str, network: str, address: IPv4Address) -> None:
        if any(one.address == address for name, one in self.containers.items() if name != container):
            raise ContainerFailed(f"container {container}, on network {network}: Address already in use")
        self.containers[container].address, self.containers[container].network = address, network
        self.containers[container].fixed[network] = address

    def leave(self, container: str, network: str) -> None:
        self.containers[container].address = None
        self.containers[container].fixed.pop(network, None)

    def attached(self, network: str) -> Sequence[str]:
        if network not in self.networks:
            return []
        ours = [
            name
            for name, one in self.containers.items()
            if one.running and one.address is not None and one.network == network
        ]
        return sorted([*ours, *self.strangers])

    def remove(self, container: str) -> None:
        self.containers.pop(container, None)

    def sweep(self, labels: Mapping[str, str]) -> None:
        for seen in self.seen(labels):
            self.remove(seen.name)
        for name, (_, carried) in list(self.networks.items()):
            if _carries(carried, labels):
                del self.networks[name]
        for name, carried in list(self.volumes.items()):
            if _carries(carried, labels):
                del self.volumes[name]

    def seen(self, labels: Mapping[str, str]) -> Sequence[Seen]:
        return [
            Seen(
                name=name,
                running=standing.running,
                state="running" if standing.running else "exited",
                pid=1000 + standing.number if standing.running else 0,
                address=standing.address,
                labels=standing.labels,
                made=datetime(1970, 1, 1, tzinfo=UTC),
                id=f"{standing.number:064x}",
                networks={} if standing.address is None else {standing.network: standing.address},
                fixed=dict(standing.fixed),
            )
            for name, standing in self.containers.items()
            if _carries(standing.labels, labels)
        ]

    def exec(
        self, container: str, argv: Sequence[str], *, timeout: float, stdin: str | None = None
    ) -> Completed:
        self._need(container)
        call = Exec(container, tuple(argv), timeout, stdin)
        self.execs.append(call)
        return self.answer(call)

    def put(self, container: str, files: Mapping[str, bytes]) -> None:
        self._need(container)
        standing = self.containers.get(container)
        place = standing.files if standing else self.loose_files.setdefault(container, {})
        place.update(files)

    def read(self, container: str, path: str) -> bytes | None:
        if container not in self.containers and not self.anything_stands:
            raise ContainerFailed(f"no such container: {container}")
        standing = self.containers.get(container)
        return (standing.files if standing else self.loose_files.get(container, {})).get(path)

    def logs(self, container: str, *, since: float | None = None) -> str:
        if container not in self.containers and not self.anything_stands:
            raise ContainerFailed(f"no such container: {container}")
        return self.said.get(container, "")

    def usage(self, container: str) -> Usage | None:
        standing = self.containers.get(container)
        return Usage(1.5, 2**20) if standing is not None and standing.running else None

    def _need(self, container: str) -> None:
        standing = self.containers.get(container)
        if standing is None and not self.anything_stands:
            raise ContainerFailed(f"no such container: {container}")
        if standing is not None and not standing.running:
            raise ContainerFailed(f"container {container} is not running")


def _carries(carried: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(key in carried and value in {"", carried[key]} for key, value in wanted.items())


@dataclass
class FakeClock:
    """Time that moves only when somebody sleeps, or when a test says so (`pass_time`)."""

    start: datetime = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    passed: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.passed += seconds

    def pass_time(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class ListJournal:
    """Remembers the events."""

    events: list[Event] = field(default_factory=list)

    def record(self, event: Event) -> None:
        self.events.append(event)


def fake_host(
    *,
    shell: FakeShell | None = None,
    containers: FakeContainers | None = None,
    clock: FakeClock | None = None,
) -> Host:
    """Return the doors, faked; what is not given is silent and empty."""
    return Host(shell or FakeShell(), containers or FakeContainers(), clock or FakeClock())
