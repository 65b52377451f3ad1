"""The complete plan of a lab, as data: every name, address, port, mount and label, decided up front."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Address, IPv4Network

LABEL = "airgap-lab.name"
"""On every container, network and volume of ours, with the lab's name: the only record of what is ours."""
SPEC_LABEL = "airgap-lab.spec"
"""The digest of what a container was made from; another digest means that it must be made again."""
CONFIG_LABEL = "airgap-lab.config"
"""On the network: the choices that the lab was made from, as JSON, for commands that are not told them."""
KIND_LABEL = "io.x-k8s.kind.cluster"

REGISTRY_PORT = 5000


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """The lab's bridge. Masquerade is off: nothing on it can get an answer from outside, even unsealed."""

    name: str
    subnet: IPv4Network
    gateway: IPv4Address
    bridge: str
    """The interface's name on the host, at most 15 characters."""
    record: str = "{}"
    """The lab's choices as JSON, kept in CONFIG_LABEL."""


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container, complete: nothing about it is decided later."""

    name: str
    image: str
    role: str
    address: IPv4Address | None = None
    """None: any free one of the network, unless *shares* says otherwise."""
    shares: str | None = None
    """The container whose network namespace this one joins."""
    hostname: str | None = None
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Absolute path to content, put in place before the container starts."""
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Named volume to the absolute path where it is mounted."""
    capabilities: tuple[str, ...] = ()
    privileged: bool = False
    host_pid: bool = False
    host_network: bool = False
    dns: IPv4Address | None = None

    @property
    def digest(self) -> str:
        """Tell whether a container was made from this very spec."""
        plain = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """One kind node: kind's name for its container, and its Kubernetes node name."""

    container: str
    name: str
    control_plane: bool


@dataclass(frozen=True, slots=True)
class ClusterSpec:
    name: str
    nodes: tuple[NodeSpec, ...]
    pod_subnet: IPv4Network
    service_subnet: IPv4Network
    node_image: str | None
    mirrors: tuple[str, ...]

    @property
    def control_plane(self) -> NodeSpec:
        return next(node for node in self.nodes if node.control_plane)


@dataclass(frozen=True, slots=True)
class Topology:
    """A whole lab."""

    name: str
    network: NetworkSpec
    site: ContainerSpec
    dns: ContainerSpec
    web: ContainerSpec
    nfs: ContainerSpec
    registry: ContainerSpec
    front: ContainerSpec
    """The registry under its originals' names, by TLS."""
    sinkhole: ContainerSpec
    workstation: ContainerSpec
    seal: ContainerSpec
    cluster: ClusterSpec
    refusal: str

    @property
    def labels(self) -> Mapping[str, str]:
        return {LABEL: self.name}

    @property
    def containers(self) -> tuple[ContainerSpec, ...]:
        """Every container of ours, nodes excepted, in the order in which they start."""
        return (
            self.seal,
            self.site,
            self.dns,
            self.web,
            self.nfs,
            self.registry,
            self.front,
            self.sinkhole,
            self.workstation,
        )

    @property
    def site_address(self) -> IPv4Address:
        assert self.site.address is not None
        return self.site.address

    @property
    def registry_url(self) -> str:
        return f"http://{self.site_address}:{REGISTRY_PORT}"


IMAGE_PREFIX = "airgap-lab"


def own_image(part: str) -> str:
    """Return the reference of a part's own image, as `images/docker-bake.hcl` tags it."""
    return f"{IMAGE_PREFIX}/{part}:latest"
