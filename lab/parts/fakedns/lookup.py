"""Questions against zones, as RFC 1034 section 4.3.2 and RFC 4592 lay it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dnslib import CNAME, QTYPE, RCODE, DNSLabel

from .names import NAME_BYTES, Name
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


def look_up(zone_of: Callable[[Name], Zone | None], name: Name, qtype: int) -> Answer | None:
    """Answer for *name* (lower case), following aliases through our zones; None: no zone of ours has it.

    A loop, or more than CHAIN_LIMIT steps, is SERVFAIL, as BIND tells it.
    """
    zone = zone_of(name)
    if zone is None:
        return None
    step = _in_zone(zone, name, qtype)
    chain: tuple[RRset, ...] = ()
    seen = {name}
    while step.onward is not None:
        chain += step.answer
        name = step.onward
        if name in seen or len(seen) > CHAIN_LIMIT:
            return Answer(RCODE.SERVFAIL, "zone", authoritative=True, answer=chain)
        seen.add(name)
        zone = zone_of(name)
        if zone is None:
            return Answer(RCODE.NOERROR, "zone", authoritative=True, answer=chain, onward=name)
        step = _in_zone(zone, name, qtype)
    return replace(step, answer=chain + step.answer, authoritative=step.authoritative or bool(chain))


def _in_zone(zone: Zone, name: Name, qtype: int) -> Answer:
    cut = zone.cut(name)
    if cut is not None and cut.rtype == QTYPE.DNAME:
        return _moved(cut, name, qtype)
    if cut is not None and not (cut.owner == name and qtype == QTYPE.DS):
        return Answer(RCODE.NOERROR, "zone", authority=(cut,), additional=_glue(zone, cut, below=True))
    node = zone.node_for(name)
    if node is not None:
        return _at_node(zone, node, name, qtype)
    return Answer(RCODE.NXDOMAIN, "zone", authoritative=True, authority=_denial(zone))


def _moved(dname: RRset, name: Name, qtype: int) -> Answer:
    """Answer for *name* below a DNAME: with it, and a CNAME made for this name (RFC 6672)."""
    onward = (*name[: len(name) - len(dname.owner)], *dname.data[0].label.label)
    if sum(len(label) + 1 for label in onward) + 1 > NAME_BYTES:
        return Answer(RCODE.YXDOMAIN, "zone", authoritative=True, answer=(dname,))
    alias = RRset(name, QTYPE.CNAME, dname.ttl, (CNAME(DNSLabel(onward)),))
    asked_for = qtype in {QTYPE.CNAME, QTYPE.ANY}
    return Answer(
        RCODE.NOERROR,
        "zone",
        authoritative=True,
        answer=(dname, alias),
        onward=None if asked_for else target(QTYPE.CNAME, alias.data[0]),
    )


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
    """Return the addresses that *zone* has for the targets of *rrset*: its own, or those *below* its cuts."""
    found: dict[tuple[Name, int], RRset] = {}
    for data in rrset.data:
        name = target(rrset.rtype, data)
        if not zone.has(name) or (zone.cut(name) is None) == below:
            continue
        for rtype in (QTYPE.A, QTYPE.AAAA):
            if (addresses := zone.records.get(name, {}).get(rtype)) is not None:
                found[name, rtype] = addresses
    return tuple(found.values())
