"""Who else has the lab's subnet: another Docker network, an interface of this host, or a route."""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Network

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from lab.doctor.check import Check, State
from lab.spec.topology import LABEL

CHANGE = "set another `subnet:` in lab.yaml, or give --subnet"


class _Pool(BaseModel):
    subnet: str = Field(default="", alias="Subnet")


class _Ipam(BaseModel):
    config: tuple[_Pool, ...] | None = Field(default=(), alias="Config")


class _Network(BaseModel):
    """The parts of `docker network inspect` that matter here."""

    id: str = Field(alias="Id")
    name: str = Field(alias="Name")
    labels: dict[str, str] | None = Field(default=None, alias="Labels")
    options: dict[str, str] | None = Field(default=None, alias="Options")
    ipam: _Ipam = Field(alias="IPAM")


class _Address(BaseModel):
    family: str = ""
    local: str = ""
    prefixlen: int = 32


class _Interface(BaseModel):
    name: str = Field(default="", alias="ifname")
    addresses: tuple[_Address, ...] = Field(default=(), alias="addr_info")


class _Route(BaseModel):
    dst: str
    dev: str = ""
    gateway: str | None = None
    type: str = "unicast"


@dataclass(frozen=True, slots=True)
class Claim:
    """A range that is in use, by whom, and on which interface. *routed*: it lies behind a gateway."""

    network: IPv4Network
    owner: str
    interface: str
    routed: bool = False


def networks(text: str, *, lab: str) -> tuple[tuple[Claim, ...], frozenset[str]]:
    """Read `docker network inspect`: what others have, and the bridges that are *lab*'s own."""
    claims, own = [], set()
    for network in TypeAdapter(tuple[_Network, ...]).validate_json(text):
        bridge = (network.options or {}).get("com.docker.network.bridge.name", f"br-{network.id[:12]}")
        if (network.labels or {}).get(LABEL) == lab:
            own.add(bridge)
            continue
        claims += [
            Claim(found, f"Docker network {network.name!r}", bridge)
            for pool in network.ipam.config or ()
            if (found := _ipv4(pool.subnet)) is not None
        ]
    return tuple(claims), frozenset(own)


def interfaces(text: str) -> tuple[Claim, ...]:
    """Read `ip -json -4 address`."""
    return tuple(
        Claim(found, f"interface {interface.name} ({address.local}/{address.prefixlen})", interface.name)
        for interface in TypeAdapter(tuple[_Interface, ...]).validate_json(text)
        for address in interface.addresses
        if address.family == "inet" and (found := _ipv4(f"{address.local}/{address.prefixlen}")) is not None
    )


def routes(text: str) -> tuple[Claim, ...]:
    """Read `ip -json -4 route`. The default route has everything and so claims nothing."""
    return tuple(
        Claim(
            found,
            f"route {route.dst} through {route.dev or route.type}",
            route.dev,
            route.gateway is not None,
        )
        for route in TypeAdapter(tuple[_Route, ...]).validate_json(text)
        if route.dst != "default" and (found := _ipv4(route.dst)) is not None and found.prefixlen
    )


def _ipv4(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def subnet(wanted: IPv4Network, *, docker: str, addresses: str, table: str, lab: str) -> Check:
    """Judge the three outputs; an empty one stands for a probe that did not work.

    A wider route behind a gateway (a company's VPN) is a warning: the lab's own route is narrower and
    wins, which hides that part of the company's network while the lab is up.
    """
    what, needed = "subnet", f"{wanted} free"
    try:
        docker_claims, own = networks(docker or "[]", lab=lab)
        claims = (*docker_claims, *interfaces(addresses or "[]"), *routes(table or "[]"))
    except (ValidationError, json.JSONDecodeError) as error:
        return Check(
            what, f"cannot be told: {str(error).splitlines()[0]}", needed, State.WARN, "see `ip route`"
        )
    met = [claim for claim in claims if claim.interface not in own and claim.network.overlaps(wanted)]
    hard = [claim for claim in met if not (claim.routed and _wider(claim.network, wanted))]
    if hard:
        return Check(what, f"taken by {hard[0].owner}", needed, State.MISSING, CHANGE)
    if met:
        return Check(what, f"part of {met[0].owner}", needed, State.WARN, CHANGE)
    if not addresses or not table:
        return Check(what, "cannot be told: `ip` did not answer", needed, State.WARN, "install iproute2")
    return Check(what, "free", needed, State.OK)


def _wider(one: IPv4Network, other: IPv4Network) -> bool:
    return one.prefixlen < other.prefixlen
