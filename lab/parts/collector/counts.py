"""What the numbers mean: set keys as addresses and ports, and the difference to the last reading. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

HOOKS = ("output", "forward", "input", "spoofed", "stray", "unsealed")
SETS = tuple((version, kind) for version in (4, 6) for kind in ("ports", "icmp", "bare"))
PROTOCOLS = {1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 33: "dccp", 47: "gre", 50: "esp", 58: "icmpv6"}
PROTOCOLS |= {132: "sctp", 136: "udplite"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One distinct thing that was tried. *port* None: the protocol has none; *type* is ICMP's."""

    hook: str
    src: str
    dst: str
    proto: str
    port: int | None = None
    type: int | None = None


def attempt(hook: str, version: int, kind: str, key: bytes) -> Attempt:
    """Read a set's key: a concatenation, each part padded to four bytes (lab/spec/chains.py)."""
    width = 4 if version == 4 else 16
    src = str(ip_address(key[:width]))
    dst = str(ip_address(key[width : 2 * width]))
    rest = key[2 * width :]
    if kind == "icmp":
        return Attempt(hook, src, dst, "icmp" if version == 4 else "icmpv6", type=rest[0])
    proto = PROTOCOLS.get(rest[0], str(rest[0]))
    if kind == "bare":
        return Attempt(hook, src, dst, proto)
    return Attempt(hook, src, dst, proto, port=int.from_bytes(rest[4:6], "big"))


@dataclass(slots=True)
class Tally:
    """The last reading of one table."""

    totals: dict[str, int] = field(default_factory=dict)
    counts: dict[Attempt, int] = field(default_factory=dict)

    def moved(self, totals: Mapping[str, int]) -> list[str]:
        """Return the hooks whose total is not the remembered one."""
        return [hook for hook, total in totals.items() if total != self.totals.get(hook, 0)]

    def added(self, hook: str, read: Iterable[tuple[Attempt, int]]) -> list[tuple[Attempt, int]]:
        """Remember a hook's sets; return each attempt with its new packets.

        A count that went back belongs to a table that was put in place anew: all of it is new.
        """
        now = dict(read)
        grown = []
        for one, packets in now.items():
            before = self.counts.get(one, 0)
            if packets != before:
                grown.append((one, packets - before if packets > before else packets))
        self.counts = {one: count for one, count in self.counts.items() if one.hook != hook} | now
        return grown
