"""A container as the engine is asked to make it: in the SDK's terms, and with its files packed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from docker.api import APIClient

from lab.spec.topology import ContainerSpec, NetworkSpec


def create(
    api: APIClient,
    spec: ContainerSpec,
    network: NetworkSpec,
    *,
    image: str,
    shared: str | None,
    labels: Mapping[str, str],
) -> str:
    """Make the container, not started, with its files in it, and return its id.

    *shared* is the id of the container whose network namespace it shares. Raises the SDK's own errors.
    """
    made = api.create_container(
        image,
        command=list(spec.command) or None,
        name=spec.name,
        hostname=None if shared else spec.hostname or spec.role,
        environment=dict(spec.env),
        labels=dict(labels),
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
        api.put_archive(made["Id"], "/", archive(spec.files))
    return str(made["Id"])


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


def archive(files: Mapping[str, bytes]) -> bytes:
    """Pack *files* with their folders; folders that exist keep their modes (the engine merges)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        for path, content in files.items():
            entry = tarfile.TarInfo(str(PurePosixPath(path)).lstrip("/"))
            entry.size = len(content)
            entry.mode = 0o755 if content.startswith(b"#!") else 0o644
            packed.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def unpacked(packed: bytes) -> bytes | None:
    """Return the one file that *packed* holds; None where that is no file."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archived:
        for entry in archived:
            if (content := archived.extractfile(entry) if entry.isfile() else None) is not None:
                return content.read()
    return None
