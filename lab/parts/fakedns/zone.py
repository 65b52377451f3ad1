"""A zone as read: record sets by owner, and what was wrong or doubtful in its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dnslib import QTYPE, RD

from . import names
from .names import Name
from .tokens import Problem


@dataclass(frozen=True, slots=True)
class RRset:
    """All records of one owner and type. The owner is in lower case; names in the data stay as written."""

    owner: Name
    rtype: int
    ttl: int
    data: tuple[RD, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """*problems* make a zone unfit for use; *warnings* do not. *records* is by owner, then type."""

    origin: Name
    source: str
    records: Mapping[Name, Mapping[int, RRset]]
    nodes: frozenset[Name]
    """Every name that exists, empty non-terminals (RFC 4592) too."""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def soa(self) -> RRset | None:
        return self.records.get(self.origin, {}).get(QTYPE.SOA)

    @property
    def denial(self) -> RRset | None:
        """The SOA as it proves that something is not there: its TTL says how long (RFC 2308)."""
        soa = self.soa
        return None if soa is None else replace(soa, ttl=min(soa.ttl, soa.data[0].times[4]))

    def __str__(self) -> str:
        count = sum(len(rrset.data) for rrsets in self.records.values() for rrset in rrsets.values())
        return f"{names.spell(self.origin)}: {count} records"


def nodes_of(origin: Name, owners: Mapping[Name, object]) -> frozenset[Name]:
    """Return *owners* and the empty names between them and *origin*."""
    above = {owner[start:] for owner in owners for start in range(len(owner) - len(origin))}
    return frozenset({origin} | above)
