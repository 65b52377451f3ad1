"""A zone as read: record sets by owner, and what was wrong or doubtful in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dnslib import QTYPE, RD

from . import names
from .names import Name
from .tokens import Problem

_NSEC3 = 50


@dataclass(frozen=True, slots=True)
class RRset:
    """All records of one owner and type. The owner is in lower case; names in the data stay as written."""

    owner: Name
    rtype: int
    ttl: int
    data: tuple[RD, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """*problems* make a zone unfit for use, *warnings* do not: BIND has both. *advice* is the lab's own.

    *records* is by owner, then type.
    """

    origin: Name
    source: str
    records: Mapping[Name, Mapping[int, RRset]]
    nodes: frozenset[Name]
    """Every name that exists, empty non-terminals (RFC 4592) too."""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()

    @property
    def soa(self) -> RRset | None:
        return self.records.get(self.origin, {}).get(QTYPE.SOA)

    @property
    def denial(self) -> RRset | None:
        """The SOA as it proves that something is not there: its TTL says how long (RFC 2308)."""
        soa = self.soa
        return None if soa is None else replace(soa, ttl=min(soa.ttl, soa.data[0].times[4]))

    def has(self, name: Name) -> bool:
        """Tell whether *name* lies in the zone."""
        return len(name) >= len(self.origin) and name[len(name) - len(self.origin) :] == self.origin

    def cut(self, name: Name) -> RRset | None:
        """Return where the zone ends on the way to *name*: NS records below the apex, or a DNAME above it."""
        for start in range(len(name) - len(self.origin), -1, -1):
            node = self.records.get(name[start:], {})
            if name[start:] != self.origin and QTYPE.NS in node:
                return node[QTYPE.NS]
            if start and QTYPE.DNAME in node:
                return node[QTYPE.DNAME]
        return None

    def node_for(self, name: Name) -> Name | None:
        """Return the name, or the wildcard (RFC 4592), whose records answer for *name*; None: NXDOMAIN."""
        if name in self.nodes:
            return name
        encloser = next(name[start:] for start in range(len(name) + 1) if name[start:] in self.nodes)
        wildcard = (b"*", *encloser)
        return wildcard if wildcard in self.nodes else None

    def __str__(self) -> str:
        count = sum(len(rrset.data) for rrsets in self.records.values() for rrset in rrsets.values())
        return f"{names.spell(self.origin)}: {count} records"


def nodes_of(origin: Name, records: Mapping[Name, Mapping[int, RRset]]) -> frozenset[Name]:
    """Return the owners of *records* and the empty names between them and *origin*.

    A name that has NSEC3 records is a hash, and exists for nobody who asks (RFC 5155).
    """
    owners = (owner for owner, rrsets in records.items() if _NSEC3 not in rrsets)
    above = {owner[start:] for owner in owners for start in range(len(owner) - len(origin))}
    return frozenset({origin} | above)
