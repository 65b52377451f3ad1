"""The container engine, through its SDK, whose errors go no further (`lab.host.engine_errors`)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import docker
import docker.errors

from lab.errors import ContainerFailed, ToolMissing
from lab.host import exec_stream
from lab.host.containers import Seen, Usage
from lab.host.creation import archive, create, unpacked
from lab.host.engine_errors import plainly, translated
from lab.host.inspected import as_seen, as_usage, namespace
from lab.host.shell import Completed
from lab.spec.topology import CONFIG_LABEL, SPEC_LABEL, ContainerSpec, NetworkSpec

CALL_SECONDS = 120
"""How long the engine may think about one call before the lab stops believing in it."""
STOP_SECONDS = 2
DEFAULT_SOCKET = "unix:///var/run/docker.sock"


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
                    f"no container engine answers at {where} ({plainly(error)}); `lab doctor` says why"
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

    def remove_network(self, name: str, labels: Mapping[str, str]) -> None:
        if labels.items() <= (self.network_labels(name) or {}).items():
            with translated(f"network {name}"), suppress(docker.errors.NotFound):
                self.client.api.remove_network(name)

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
            wanted = f"{spec.digest}-{image[-12:]}-{namespace(sharer)}"
            found = self._inspect(spec.name)
            if found is not None:
                if found["State"]["Running"] and found["Config"]["Labels"].get(SPEC_LABEL) == wanted:
                    return self._attach(found, spec, network)
                api.remove_container(found["Id"], force=True, v=True)
            for volume in spec.volumes:  # before the container, whose volumes the engine makes without labels
                self._ensure_volume(volume, labels)
            api.start(
                create(api, spec, network, image=image, shared=shared, labels={**labels, SPEC_LABEL: wanted})
            )
        return True

    def _attach(self, found: Mapping[str, Any], spec: ContainerSpec, network: NetworkSpec) -> bool:
        """Attach a container that somebody took off its network; return whether that was so."""
        if spec.shares or spec.host_network:
            return False
        has = as_seen(found).networks
        if network.name in has and spec.address in {None, has[network.name]}:
            return False
        self.leave(spec.name, network.name)
        address = str(spec.address) if spec.address else None
        self.client.api.connect_container_to_network(spec.name, network.name, ipv4_address=address)
        return True

    def remove(self, container: str) -> None:
        with translated(f"container {container}"), suppress(docker.errors.NotFound):
            self.client.api.remove_container(container, force=True, v=True)

    def start(self, container: str) -> None:
        with translated(f"container {container}"):
            if self.client.api.inspect_container(container)["State"]["Paused"]:
                self.client.api.unpause(container)
            self.client.api.start(container)

    def join(self, container: str, network: str, address: IPv4Address) -> None:
        self.leave(container, network)
        with translated(f"container {container}, on network {network} at {address}"):
            self.client.api.connect_container_to_network(container, network, ipv4_address=str(address))

    def leave(self, container: str, network: str) -> None:
        with translated(f"container {container}, off network {network}"):
            if network in self.client.api.inspect_container(container)["NetworkSettings"]["Networks"]:
                self.client.api.disconnect_container_from_network(container, network, force=True)

    def attached(self, network: str) -> Sequence[str]:
        with translated(f"network {network}"):
            try:
                members = self.client.api.inspect_network(network)["Containers"]
            except docker.errors.NotFound:
                return []
        return sorted(one["Name"] for one in members.values())

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
        return sorted((as_seen(one) for one in found if one is not None), key=lambda one: one.name)

    def exec(
        self, container: str, argv: Sequence[str], *, timeout: float, stdin: str | None = None
    ) -> Completed:
        with translated(f"container {container}"):
            return exec_stream.run(self.client.api, container, argv, timeout=timeout, stdin=stdin)

    def put(self, container: str, files: Mapping[str, bytes]) -> None:
        with translated(f"container {container}"):
            self.client.api.put_archive(container, "/", archive(files))

    def read(self, container: str, path: str) -> bytes | None:
        with translated(f"container {container}"):
            try:
                packed, _ = self.client.api.get_archive(container, path)
            except docker.errors.NotFound:
                return None
            return unpacked(b"".join(packed))

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
        return as_usage(told)

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


def _selectors(labels: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" if value else key for key, value in labels.items()]
