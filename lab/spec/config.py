"""The few choices an operator has, with their defaults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from lab.spec.registries import different, registry_name

SMALLEST_PREFIX = 28
"""A lab holds seven addresses (gateway, three nodes, site, sinkhole, workstation); /29 has six."""

SMALLEST_POD_PREFIX = 22
"""Kubernetes gives every node a /24 of the pods' range; a lab has three nodes."""

ARCHIVE = re.compile(r"(?:\.{0,2}/|~).*|.*\.(?:tar(?:\.\w+)?|t[a-z]z|tzst)", re.DOTALL)
"""How a node image is written that is a file. All else is a reference, unless a file has that name."""

NOBODYS = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")))
"""Ranges that no site can have: this host's, one link's, groups', reserved (RFC 6890)."""

DOCUMENT_SITE = IPv4Address("10.142.18.191")


def _written(value: object, info: ValidationInfo) -> object:
    if isinstance(value, str) and not value.strip():
        msg = f"{info.field_name} is empty; write a path, or leave it out"
        raise ValueError(msg)
    return value


def _lab_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
        msg = f"{name!r}: a lab's name is a lower-case letter, then up to 19 letters, digits or dashes"
        raise ValueError(msg)
    return name


class LabConfig(BaseModel):
    """The choices of `lab.yaml` and of the command line; everything else follows from them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(_lab_name)] = "lab"
    subnet: IPv4Network = IPv4Network("10.142.18.0/24")
    """The site's network. The default is the document's, so that its addresses are true here."""
    site_address: IPv4Address | None = None
    """The document's server. Default: 10.142.18.191 where the subnet has it, else its last address."""
    pod_subnet: IPv4Network = IPv4Network("10.233.64.0/18")
    """The document's cluster gave its pods addresses of this range (`10.233.125.9`)."""
    service_subnet: IPv4Network = IPv4Network("10.233.0.0/18")
    """The document's services have addresses of this range (`10.233.0.1`)."""
    node_image: Annotated[str | None, BeforeValidator(_written)] = None
    """A reference or an archive's path. Default: pulled, else composed."""
    static: Annotated[Path | None, BeforeValidator(_written)] = None
    """A folder to serve in place of the files that the workstation ships."""
    mirrors: Annotated[
        tuple[Annotated[str, AfterValidator(registry_name)], ...], AfterValidator(different)
    ] = ("docker.io", "gcr.io", "quay.io", "registry.k8s.io")
    """Registries whose names the lab's registry answers for."""
    exports: str | None = None
    """The text of the NFS server's /etc/exports; `lab.yaml` names its file. Default: the document's line."""
    refusal: Annotated[str, Field(pattern="^(reject|drop)$")] = "reject"
    """How the seal says no: at once, or not at all, as some sites' firewalls do."""

    @model_validator(mode="after")
    def _addresses_fit(self) -> LabConfig:
        if self.subnet.prefixlen > SMALLEST_PREFIX:
            msg = f"subnet {self.subnet} is too small: a lab needs /{SMALLEST_PREFIX} or larger"
            raise ValueError(msg)
        if self.pod_subnet.prefixlen > SMALLEST_POD_PREFIX:
            msg = f"pod_subnet {self.pod_subnet} is too small: a lab needs /{SMALLEST_POD_PREFIX} or larger"
            raise ValueError(msg)
        if self.site not in self.subnet:
            msg = f"site_address {self.site} is not in subnet {self.subnet}"
            raise ValueError(msg)
        if self.site in {self.subnet.network_address, self.subnet.broadcast_address, self.gateway}:
            msg = f"site_address {self.site} is the network's, the gateway's or the broadcast address"
            raise ValueError(msg)
        if self.sinkhole == self.gateway:
            msg = (
                f"site_address {self.site}: the address before it is the gateway's, and the sinkhole needs it"
            )
            raise ValueError(msg)
        ranges = {"subnet": self.subnet, "pod_subnet": self.pod_subnet, "service_subnet": self.service_subnet}
        for name, asked in ranges.items():
            _can_be_a_sites(name, asked)
        names = list(ranges)
        for index, one in enumerate(names):
            for other in names[index + 1 :]:
                if ranges[one].overlaps(ranges[other]):
                    msg = f"{one} {ranges[one]} and {other} {ranges[other]} overlap"
                    raise ValueError(msg)
        return self

    @property
    def site(self) -> IPv4Address:
        if self.site_address is not None:
            return self.site_address
        if DOCUMENT_SITE in self.subnet:
            return DOCUMENT_SITE
        return self.subnet.broadcast_address - 1

    @property
    def sinkhole(self) -> IPv4Address:
        """Where unknown names lead in `observe` mode: the address before the site's."""
        return self.site - 1

    @property
    def workstation(self) -> IPv4Address:
        """The address before the sinkhole's; where that is the gateway's, the one after the site's."""
        before = self.sinkhole - 1
        return before if before > self.gateway else self.site + 1

    @property
    def gateway(self) -> IPv4Address:
        """The bridge's own address, that is the host: not part of the lab."""
        return self.subnet.network_address + 1


def _can_be_a_sites(name: str, asked: IPv4Network) -> None:
    taken = next((one for one in NOBODYS if one.overlaps(asked)), None)
    if taken is not None:
        msg = f"{name} {asked} overlaps {taken}, which no site can have; choose one in 10.0.0.0/8, say"
        raise ValueError(msg)


def beside(folder: Path, choices: Mapping[str, object]) -> dict[str, object]:
    """Return *choices* with paths that mean the same from every folder: relative ones are from *folder*."""
    placed = dict(choices)
    if static := choices.get("static"):
        placed["static"] = _from(folder, str(static))
    if image := choices.get("node_image"):
        place = _from(folder, str(image))
        placed["node_image"] = str(place) if ARCHIVE.fullmatch(str(image)) or place.is_file() else image
    return placed


def _from(folder: Path, path: str) -> Path:
    return (folder / Path(path).expanduser()).absolute()
