"""Everything the server answers from, as one value that a reload replaces whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dnslib import AAAA, CLASS, PTR, QTYPE, RCODE, A, DNSLabel

from . import names
from .lookup import Answer, look_up
from .names import Name
from .settings import Address, Settings
from .zone import RRset, Zone

ANY_CLASS = 255
HOST_TTL = 5
"""Seconds; short, because the lab changes its hosts while it grows."""
SINKHOLE_TTL = 1


@dataclass(frozen=True, slots=True)
class World:
    """*broken*: origins of zones that never could be read; as with BIND they are SERVFAIL."""

    settings: Settings = field(default_factory=Settings)
    zones: Mapping[Name, Zone] = field(default_factory=dict)
    broken: frozenset[Name] = frozenset()
    pointers: Mapping[Name, RRset] = field(default_factory=dict)
    """PTR records of the hosts, by their reversed address."""

    def answer(self, name: Name, qtype: int, qclass: int) -> Answer:
        """Answer from zones, then hosts; *name* in lower case. Delegates are not asked here."""
        if qclass not in {CLASS.IN, ANY_CLASS} or qtype in {QTYPE.AXFR, QTYPE.IXFR}:
            return Answer(RCODE.REFUSED, "unknown")
        if self._is_broken(name):
            return Answer(RCODE.SERVFAIL, "zone")
        found = look_up(self._zone_of, name, qtype)
        if found is None:
            return self._beyond(name, qtype)
        if found.onward is None:
            return found
        rest = self._beyond(found.onward, qtype)  # an alias to a host, or to nothing of ours
        return Answer(rest.rcode, "zone", authoritative=True, answer=found.answer + rest.answer)

    def is_delegate(self, name: Name) -> bool:
        return name in self.settings.delegates and self._zone_of(name) is None and not self._is_broken(name)

    def _is_broken(self, name: Name) -> bool:
        if not self.broken:
            return False
        zone = self._zone_of(name)
        depth = -1 if zone is None else len(zone.origin)
        depth = max(depth, 0) if self._is_own(name) else depth
        return any(name[start:] in self.broken for start in range(len(name) - depth))

    def _zone_of(self, name: Name) -> Zone | None:
        """Return the zone with the longest origin; a root zone has none of the lab's own names."""
        for start in range(len(name) + 1):
            if (zone := self.zones.get(name[start:])) is not None:
                return None if not zone.origin and self._is_own(name) else zone
        return None

    def _is_own(self, name: Name) -> bool:
        """Tell whether the lab's own settings have *name*."""
        return name in self.settings.hosts or name in self.pointers or name in self.settings.delegates

    def _beyond(self, name: Name, qtype: int) -> Answer:
        """Answer for a name that no zone has.

        Only names of two labels and more go to the sinkhole. A pod's search list asks for the bare name too,
        and a Service that has gone must not look like a host of the outside.
        """
        if (addresses := self.settings.hosts.get(name)) is not None:
            sets = _addresses(name, qtype, addresses)
            return Answer(RCODE.NOERROR, "host", authoritative=True, answer=sets[:1])
        if (pointer := self.pointers.get(name)) is not None:
            wanted = (pointer,) if qtype in {QTYPE.PTR, QTYPE.ANY} else ()
            return Answer(RCODE.NOERROR, "host", authoritative=True, answer=wanted)
        if name in self.settings.delegates:
            return Answer(RCODE.NOERROR, "delegate")
        if self.settings.mode == "deny" or name[-1:] == (b"arpa",) or len(name) < 2:
            return Answer(RCODE.NXDOMAIN, "unknown")
        sinkhole = self.settings.sinkhole
        if sinkhole is None or qtype not in {QTYPE.A, QTYPE.ANY}:
            return Answer(RCODE.NOERROR, "unknown")
        made_up = RRset(name, QTYPE.A, SINKHOLE_TTL, (A(tuple(sinkhole.packed)),))
        return Answer(RCODE.NOERROR, "unknown", answer=(made_up,))


def _addresses(name: Name, qtype: int, addresses: Sequence[Address]) -> tuple[RRset, ...]:
    found = []
    for rtype, version, shape in ((QTYPE.A, 4, A), (QTYPE.AAAA, 6, AAAA)):
        data = tuple(shape(tuple(address.packed)) for address in addresses if address.version == version)
        if data and qtype in {rtype, QTYPE.ANY}:
            found.append(RRset(name, rtype, HOST_TTL, data))
    return tuple(found)


def pointers_of(settings: Settings) -> dict[Name, RRset]:
    """Return the PTR records of the hosts; names of one address stand in the order of the settings."""
    found: dict[Name, RRset] = {}
    for host, addresses in settings.hosts.items():
        for address in addresses:
            owner = names.parse(address.reverse_pointer)
            before = found[owner].data if owner in found else ()
            found[owner] = RRset(owner, QTYPE.PTR, HOST_TTL, (*before, PTR(DNSLabel(host))))
    return found
