"""What a set's keys mean: addresses, ports, links. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

PROTOCOLS = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 58: "icmpv6"}
PROTOCOLS |= {132: "sctp", 136: "udplite"}
KINDS = ("ports", "icmp", "bare", "more")
LINK_BYTES = 16
"""An interface's name in a key (IFNAMSIZ)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One distinct thing that was tried. *port* None: the protocol has none; *type* is ICMP's.

    An empty *dst* is the sum of what could not be told apart. *link*: where it came in, where that was noted.
    """

    hook: str
    src: str
    dst: str
    proto: str
    port: int | None = None
    type: int | None = None
    link: str = ""


def hook_of(name: str) -> str | None:
    """Return the hook that a set belongs to (lab/spec/chains.py names them); None: it counts no attempts."""
    hook, _, rest = name.partition("_")
    version, _, kind = rest.partition("_")
    return hook if version in {"4", "6"} and kind in KINDS else None


def attempt(name: str, key: bytes, *, linked: bool = False) -> Attempt:
    """Read a key of the set *name*: parts, each padded to four bytes. *linked*: a link comes first."""
    hook, version, kind = name.split("_")
    width = 4 if version == "4" else 16
    link = ""
    if linked:
        link = key[:LINK_BYTES].rstrip(b"\0").decode("ascii", "replace")
        key = key[LINK_BYTES:]
    src = str(ip_address(key[:width]))
    if kind == "more":
        return Attempt(hook, src, "", _protocol(key[width]), link=link)
    dst = str(ip_address(key[width : 2 * width]))
    rest = key[2 * width :]
    if kind == "icmp":
        return Attempt(hook, src, dst, "icmp" if version == "4" else "icmpv6", type=rest[0], link=link)
    proto = _protocol(rest[0])
    if kind == "bare":
        return Attempt(hook, src, dst, proto, link=link)
    return Attempt(hook, src, dst, proto, port=int.from_bytes(rest[4:6], "big"), link=link)


def _protocol(number: int) -> str:
    return PROTOCOLS.get(number, str(number))
