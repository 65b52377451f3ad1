"""Questions against zones, as RFC 1034 section 4.3.2 and RFC 4592 lay it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dnslib import QTYPE, RCODE

from .names import Name
from .rdata import target
from .zone import RRset, Zone

CHAIN_LIMIT = 16
_GLUED = (QTYPE.NS, QTYPE.MX, QTYPE.SRV)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes into a reply. *onward*: a CNAME led to this name, which no zone of ours has."""

    rcode: int
    kind: str
    authoritative: bool = False
    answer: tuple[RRset, ...] = ()
    authority: tuple[RRset, ...] = ()
    additional: tuple[RRset, ...] = ()
    onward: Name | None = None

    @property
    def is_referral(self) -> bool:
        return not self.authoritative and not self.answer and bool(self.authority)


def zone_of(zones: Mapping[Name, Zone], name: Name) -> Zone | None:
    """Return the zone with the longest origin that *name* lies in."""
    for start in range(len(name) + 1):
        if (zone := zones.get(name[start:])) is not None:
            return zone
    return None


def look_up(zones: Mapping[Name, Zone], name: Name, qtype: int) -> Answer | None:
    """Answer for *name* (lower case), following CNAMEs through our zones; None: no zone of ours has it."""
    zone = zone_of(zones, name)
    if zone is None:
        return None
    step = _in_zone(zone, name, qtype)
    chain: tuple[RRset, ...] = ()
    seen = {name}
    while step.onward is not None:
        chain += step.answer
        name = step.onward
        if name in seen or len(seen) > CHAIN_LIMIT:
            return Answer(
                RCODE.SERVFAIL, "zone", authoritative=True, answer=chain
            )  # a loop, as BIND tells it
        seen.add(name)
        zone = zone_of(zones, name)
        if zone is None:
            return Answer(RCODE.NOERROR, "zone", authoritative=True, answer=chain, onward=name)
        step = _in_zone(zone, name, qtype)
    return replace(step, answer=chain + step.answer, authoritative=step.authoritative or bool(chain))


def _in_zone(zone: Zone, name: Name, qtype: int) -> Answer:
    cut = _cut(zone, name)
    if cut is not None and not (cut.owner == name and qtype == QTYPE.DS):
        return Answer(RCODE.NOERROR, "zone", authority=(cut,), additional=_glue(zone, cut, below=True))
    if name in zone.nodes:
        return _at_node(zone, name, name, qtype)
    encloser = next(name[start:] for start in range(len(name) + 1) if name[start:] in zone.nodes)
    wildcard = (b"*", *encloser)
    if wildcard in zone.nodes:
        return _at_node(zone, wildcard, name, qtype)
    return Answer(RCODE.NXDOMAIN, "zone", authoritative=True, authority=_denial(zone))


def _cut(zone: Zone, name: Name) -> RRset | None:
    """Return the NS records of the highest delegation at or above *name*, below the apex."""
    for start in range(len(name) - len(zone.origin) - 1, -1, -1):
        node = name[start:]
        if node[0] != b"*" and (cut := zone.records.get(node, {}).get(QTYPE.NS)) is not None:
            return cut
    return None


def _at_node(zone: Zone, node: Name, name: Name, qtype: int) -> Answer:
    """Answer from the records of *node* under the name that was asked for (a wildcard's differ)."""
    rrsets = zone.records.get(node, {})
    if qtype == QTYPE.ANY and rrsets:
        rrset = next(iter(rrsets.values()))  # one set is a whole answer to ANY, says RFC 8482
        return Answer(RCODE.NOERROR, "zone", authoritative=True, answer=(replace(rrset, owner=name),))
    if (found := rrsets.get(qtype)) is not None:
        return Answer(
            RCODE.NOERROR,
            "zone",
            authoritative=True,
            answer=(replace(found, owner=name),),
            additional=_glue(zone, found, below=False) if qtype in _GLUED else (),
        )
    if (alias := rrsets.get(QTYPE.CNAME)) is not None:
        return Answer(
            RCODE.NOERROR,
            "zone",
            authoritative=True,
            answer=(replace(alias, owner=name),),
            onward=target(QTYPE.CNAME, alias.data[0]),
        )
    return Answer(RCODE.NOERROR, "zone", authoritative=True, authority=_denial(zone))


def _denial(zone: Zone) -> tuple[RRset, ...]:
    return () if zone.denial is None else (zone.denial,)


def _glue(zone: Zone, rrset: RRset, *, below: bool) -> tuple[RRset, ...]:
    """Return the addresses that *zone* has for the targets of *rrset*; *below*: those under a cut count."""
    found: dict[tuple[Name, int], RRset] = {}
    for data in rrset.data:
        name = target(rrset.rtype, data)
        if not below and (len(name) < len(zone.origin) or _cut(zone, name) is not None):
            continue
        for rtype in (QTYPE.A, QTYPE.AAAA):
            if (addresses := zone.records.get(name, {}).get(rtype)) is not None:
                found[name, rtype] = addresses
    return tuple(found.values())
