"""The container engine, through its SDK. Vendor errors are translated here and go no further."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from pathlib import PurePosixPath
from typing import Any

import docker
import docker.errors
from docker.api import APIClient

from lab.errors import ContainerFailed, ToolMissing
from lab.host import exec_stream
from lab.host.containers import Seen, Usage
from lab.host.shell import Completed
from lab.spec.topology import CONFIG_LABEL, SPEC_LABEL, ContainerSpec, NetworkSpec

CALL_SECONDS = 120
"""How long the engine may think about one call before the lab stops believing in it."""
STOP_SECONDS = 2
DEFAULT_SOCKET = "unix:///var/run/docker.sock"


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn every error of the SDK into one of ours, with *what* was being attempted."""
    try:
        yield
    except docker.errors.APIError as error:
        raise ContainerFailed(f"{what}: {error.explanation or error}") from error
    except (docker.errors.DockerException, docker.errors.StreamParseError) as error:
        raise ContainerFailed(f"{what}: {error}") from error
    except OSError as error:  # what `requests` raises is among them
        raise ContainerFailed(
            f"{what}: the container engine stopped answering ({_plainly(error)}); `lab doctor` says why"
        ) from error


class DockerContainers:
    """The real one. Connects on first use, so that commands that need no engine do not ask for one."""

    def __init__(self) -> None:
        self._client: docker.DockerClient | None = None

    @property
    def client(self) -> docker.DockerClient:
        if self._client is None:
            try:
                self._client = docker.from_env(timeout=CALL_SECONDS)
            except (docker.errors.DockerException, OSError) as error:
                where = os.environ.get("DOCKER_HOST") or DEFAULT_SOCKET
                raise ToolMissing(
                    f"no container engine answers at {where} ({_plainly(error)}); `lab doctor` says why"
                ) from error
        return self._client

    def ensure_network(self, spec: NetworkSpec, labels: Mapping[str, str]) -> None:
        with translated(f"network {spec.name}"):
            if self.network_labels(spec.name) is not None:
                return
            self.client.networks.create(
                spec.name,
                driver="bridge",
                labels={**labels, CONFIG_LABEL: spec.record},
                ipam=docker.types.IPAMConfig(
                    pool_configs=[docker.types.IPAMPool(subnet=str(spec.subnet), gateway=str(spec.gateway))]
                ),
                options={
                    "com.docker.network.bridge.name": spec.bridge,
                    "com.docker.network.bridge.enable_ip_masquerade": "false",
                },
            )

    def network_labels(self, name: str) -> Mapping[str, str] | None:
        with translated(f"network {name}"):
            for network in self.client.networks.list(names=[name]):
                if network.name == name:
                    return dict(network.attrs["Labels"] or {})
        return None

    def subnets(self) -> Sequence[tuple[str, IPv4Network]]:
        with translated("listing networks"):
            networks = self.client.networks.list()
        return [
            (str(network.name), IPv4Network(pool["Subnet"]))
            for network in networks
            for pool in network.attrs["IPAM"]["Config"] or ()
            if ":" not in pool["Subnet"]
        ]

    def ensure(self, spec: ContainerSpec, network: NetworkSpec, labels: Mapping[str, str]) -> bool:
        api = self.client.api
        with translated(f"container {spec.name}"):
            image = self._image_id(spec)
            sharer = api.inspect_container(spec.shares) if spec.shares else None
            shared = sharer["Id"] if sharer else None
            wanted = f"{spec.digest}-{image[-12:]}-{_space(sharer)}"
            found = self._inspect(spec.name)
            if found is not None:
                if found["State"]["Running"] and found["Config"]["Labels"].get(SPEC_LABEL) == wanted:
                    return False
                api.remove_container(found["Id"], force=True, v=True)
            for volume in spec.volumes:  # before the container, whose volumes the engine makes without labels
                self._ensure_volume(volume, labels)
            made = api.create_container(
                image,
                command=list(spec.command) or None,
                name=spec.name,
                hostname=None if shared else spec.hostname or spec.role,
                environment=dict(spec.env),
                labels={**labels, SPEC_LABEL: wanted},
                volumes=list(spec.volumes.values()),
                host_config=api.create_host_config(
                    binds=[f"{volume}:{path}" for volume, path in spec.volumes.items()],
                    cap_add=list(spec.capabilities),
                    privileged=spec.privileged,
                    pid_mode="host" if spec.host_pid else None,
                    network_mode=_network_mode(spec, network, shared),
                    dns=[str(spec.dns)] if spec.dns and not shared else None,
                    security_opt=_security(spec),
                ),
                networking_config=_networking(api, spec, network, shared),
            )
            if spec.files:
                api.put_archive(made["Id"], "/", _archive(spec.files))
            api.start(made["Id"])
        return True

    def remove(self, container: str) -> None:
        with translated(f"container {container}"), suppress(docker.errors.NotFound):
            self.client.api.remove_container(container, force=True, v=True)

    def sweep(self, labels: Mapping[str, str]) -> None:
        chosen = {"label": _selectors(labels)}
        with translated("sweeping up"):
            for container in self.client.api.containers(all=True, filters=chosen):
                with suppress(docker.errors.NotFound):
                    self.client.api.remove_container(container["Id"], force=True, v=True)
            for volume in self.client.volumes.list(filters=chosen):
                with suppress(docker.errors.NotFound):
                    volume.remove()
            for network in self.client.networks.list(filters=chosen):
                with suppress(docker.errors.NotFound):
                    network.remove()

    def seen(self, labels: Mapping[str, str]) -> Sequence[Seen]:
        with translated("listing containers"):
            listed = self.client.api.containers(all=True, filters={"label": _selectors(labels)})
            found = [self._inspect(container["Id"]) for container in listed]
        return sorted((_as_seen(one) for one in found if one is not None), key=lambda one: one.name)

    def exec(
        self, container: str, argv: Sequence[str], *, timeout: float, stdin: str | None = None
    ) -> Completed:
        with translated(f"container {container}"):
            return exec_stream.run(self.client.api, container, argv, timeout=timeout, stdin=stdin)

    def put(self, container: str, files: Mapping[str, bytes]) -> None:
        with translated(f"container {container}"):
            self.client.api.put_archive(container, "/", _archive(files))

    def logs(self, container: str, *, since: float | None = None) -> str:
        with translated(f"container {container}"):
            raw = self.client.api.logs(container, since=since, stream=False)
        return str(raw.decode("utf-8", "replace"))

    def usage(self, container: str) -> Usage | None:
        with translated(f"container {container}"):
            try:
                told = self.client.api.stats(container, stream=False, one_shot=True)
            except docker.errors.NotFound:
                return None
        return _as_usage(told)

    def _image_id(self, spec: ContainerSpec) -> str:
        try:
            return str(self.client.images.get(spec.image).id)
        except docker.errors.ImageNotFound as error:
            raise ContainerFailed(
                f"{spec.role}: image {spec.image} is not there; `lab images build` makes it"
            ) from error

    def _inspect(self, name: str) -> dict[str, Any] | None:
        try:
            return dict(self.client.api.inspect_container(name))
        except docker.errors.NotFound:
            return None

    def _ensure_volume(self, name: str, labels: Mapping[str, str]) -> None:
        try:
            self.client.volumes.get(name)
        except docker.errors.NotFound:
            self.client.volumes.create(name, labels=dict(labels))


def _plainly(error: BaseException) -> str:
    """Return what the system said, where it did: the SDK wraps it several times over."""
    seen: BaseException | None = error
    while seen is not None:
        for said in (
            seen,
            *seen.args,
            *(inner for arg in seen.args if isinstance(arg, tuple) for inner in arg),
        ):
            if isinstance(said, OSError) and said.strerror:
                return said.strerror
            if isinstance(said, ConnectionError):  # the built-in one, which `requests`' is not
                return str(said)
        seen = seen.__cause__ or seen.__context__
    return str(error)


def _selectors(labels: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" if value else key for key, value in labels.items()]


def _space(sharer: Mapping[str, Any] | None) -> str:
    """Name a container's network namespace: a restart gives it another one, under the same id."""
    return f"{sharer['Id'][:12]}@{sharer['State']['StartedAt']}" if sharer else ""


def _security(spec: ContainerSpec) -> list[str] | None:
    """Loosen what would take a right back: where there is AppArmor, Docker's profile refuses every mount."""
    if spec.privileged:
        return ["seccomp=unconfined"]
    return ["apparmor=unconfined"] if "SYS_ADMIN" in spec.capabilities else None


def _network_mode(spec: ContainerSpec, network: NetworkSpec, shared: str | None) -> str:
    if shared:
        return f"container:{shared}"
    return "host" if spec.host_network else network.name


def _networking(
    api: APIClient, spec: ContainerSpec, network: NetworkSpec, shared: str | None
) -> dict[str, object] | None:
    if shared or spec.host_network:
        return None
    endpoint = api.create_endpoint_config(ipv4_address=str(spec.address) if spec.address else None)
    # The stubs of types-docker 7.2 want an EndpointConfig here; the SDK takes a mapping of them.
    return dict(api.create_networking_config({network.name: endpoint}))  # type: ignore[arg-type]


def _as_seen(found: Mapping[str, Any]) -> Seen:
    addresses = [one["IPAddress"] for one in found["NetworkSettings"]["Networks"].values()]
    address = next((IPv4Address(one) for one in addresses if one), None)
    state = found["State"]
    return Seen(
        name=found["Name"].lstrip("/"),
        running=bool(state["Running"]),
        state=state["Status"] + (f", exit code {state['ExitCode']}" if not state["Running"] else ""),
        pid=int(state["Pid"]),
        address=address,
        labels=found["Config"]["Labels"] or {},
        made=datetime.fromisoformat(found["Created"]),
    )


def _as_usage(told: Mapping[str, Any]) -> Usage | None:
    """Read the engine's figures, of cgroup v1 or v2. It tells of one that has ended with nothing in them."""
    memory = told["memory_stats"]
    if "usage" not in memory:
        return None
    details = memory.get("stats", {})
    idle = details.get("total_inactive_file", details.get("inactive_file", 0))
    return Usage(told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, max(memory["usage"] - idle, 0))


def _archive(files: Mapping[str, bytes]) -> bytes:
    """Pack *files* with their folders; folders that exist keep their modes (the engine merges)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(str(PurePosixPath(path)).lstrip("/"))
            entry.size = len(content)
            entry.mode = 0o755 if content.startswith(b"#!") else 0o644
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()
