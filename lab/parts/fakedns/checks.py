"""What BIND looks at once a zone is read whole: what it refuses, and what it loads but warns of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from dnslib import QTYPE, RD

from . import names, rdata
from .names import Name
from .tokens import Problem
from .zone import RRset, Zone

Lines: TypeAlias = dict[tuple[Name, int], list[tuple[str, int]]]
"""Where each record of a set stands: file and line, in the order of its data."""

_BESIDE_CNAME = frozenset({QTYPE.SIG, QTYPE.KEY, 30, QTYPE.RRSIG, QTYPE.NSEC})
"""What may stand beside a CNAME; 30 is NXT."""
_SINGLE = (QTYPE.SOA, QTYPE.CNAME, QTYPE.DNAME)
_SPF, _DS, _DNSKEY, _CDS, _CDNSKEY = 99, 43, 48, 59, 60
_OLD_ALGORITHMS = {5: "RSASHA1", 7: "NSEC3RSASHA1"}


def problems(zone: Zone, lines: Lines) -> list[Problem]:
    """Return what makes BIND refuse the zone whatever else is in it."""
    return [*_apex(zone), *_singles(zone, lines)]


def integrity(zone: Zone, lines: Lines) -> tuple[list[Problem], list[Problem]]:
    """Return problems and warnings about names that others need. The zone was read without a problem."""
    found = [
        Problem(*place, f"NS {names.spell(name)} {wrong}")
        for name, place in _targets(zone, lines, zone.origin, QTYPE.NS)
        if (wrong := _unreachable(zone, name))
    ]
    found += _child_keys(zone, lines)
    doubts: list[Problem] = []
    bottom: Name | None = None
    for owner in sorted(zone.records, key=lambda name: name[::-1]):
        if bottom is not None and len(owner) > len(bottom) and owner[-len(bottom) :] == bottom:
            continue
        rrsets = zone.records[owner]
        delegated = owner != zone.origin and QTYPE.NS in rrsets
        if delegated or QTYPE.DNAME in rrsets:
            bottom = owner
        if delegated:
            doubts += [*_glue(zone, lines, owner), *_old_digests(zone, lines, owner)]
        else:
            doubts += _services(zone, lines, owner)
    return found, doubts


def _apex(zone: Zone) -> Iterator[Problem]:
    spelled = names.spell(zone.origin)
    for rtype, advice in ((QTYPE.SOA, "@ SOA ..."), (QTYPE.NS, "@ NS localhost.")):
        if rtype not in zone.records.get(zone.origin, {}):
            yield Problem(zone.source, 1, f"{spelled} has no {QTYPE[rtype]} record; add `{advice}`")


def _singles(zone: Zone, lines: Lines) -> Iterator[Problem]:
    for owner, rrsets in zone.records.items():
        for rtype in _SINGLE:
            if rtype in rrsets and len(rrsets[rtype].data) > 1:
                yield Problem(
                    *lines[owner, rtype][1], f"second {QTYPE[rtype]} of {names.spell(owner)}; keep one"
                )
        others = [rtype for rtype in rrsets if rtype != QTYPE.CNAME and rtype not in _BESIDE_CNAME]
        if QTYPE.CNAME in rrsets and others:
            told = f"{names.spell(owner)} has a CNAME and also {', '.join(QTYPE[rtype] for rtype in others)}"
            later = [rtype for rtype in rrsets if rtype not in _BESIDE_CNAME][-1]
            yield Problem(*lines[owner, later][0], f"{told}; a CNAME stands alone")


def _targets(zone: Zone, lines: Lines, owner: Name, rtype: int) -> Iterator[tuple[Name, tuple[str, int]]]:
    """Yield each name of the zone's that such records of *owner* name, and where."""
    rrset = zone.records.get(owner, {}).get(rtype)
    for data, place in zip(rrset.data if rrset else (), lines.get((owner, rtype), ()), strict=True):
        name = rdata.target(rtype, data)
        if zone.has(name) and name:
            yield name, place


def _unreachable(zone: Zone, name: Name) -> str | None:
    """Return why a client that needs an address of *name* gets none from this zone."""
    cut = zone.cut(name)
    if cut is not None and cut.rtype == QTYPE.NS:
        return None  # another zone's
    if cut is not None:
        return f"is below the DNAME of {names.spell(cut.owner)}; name a host that has an address itself"
    node = zone.node_for(name)
    rrsets: Mapping[int, RRset] = {} if node is None else zone.records.get(node, {})
    if QTYPE.A in rrsets or QTYPE.AAAA in rrsets:
        return None
    if QTYPE.CNAME in rrsets:
        return "is a CNAME; name the host that it leads to"
    return "has no address here; add its A or AAAA record, or name a host that has one"


def _glue(zone: Zone, lines: Lines, owner: Name) -> Iterator[Problem]:
    """Look for the addresses that a client needs to reach what the zone delegates at *owner*."""
    for name, place in _targets(zone, lines, owner, QTYPE.NS):
        cut = zone.cut(name)
        if cut is None or cut.rtype == QTYPE.DNAME:
            wrong = _unreachable(zone, name)
        elif zone.records.get(name, {}).keys() & {QTYPE.A, QTYPE.AAAA}:
            continue
        else:
            wrong = "has no address here, and lies in a delegation; add its A or AAAA record (glue)"
        if wrong is not None:
            yield Problem(*place, f"NS of {names.spell(owner)}: {names.spell(name)} {wrong}")


def _services(zone: Zone, lines: Lines, owner: Name) -> Iterator[Problem]:
    for rtype in (QTYPE.MX, QTYPE.SRV):
        for name, place in _targets(zone, lines, owner, rtype):
            if (wrong := _unreachable(zone, name)) is not None:
                yield Problem(*place, f"{QTYPE[rtype]} of {names.spell(owner)}: {names.spell(name)} {wrong}")
    rrsets = zone.records[owner]
    if _SPF in rrsets and not any(
        rdata.packed(data)[1:].lower().startswith(b"v=spf1") for data in _data(rrsets, QTYPE.TXT)
    ):
        told = (
            f"SPF of {names.spell(owner)} without the same as TXT, which is what mail servers ask for; add it"
        )
        yield Problem(*lines[owner, _SPF][0], told)


def _old_digests(zone: Zone, lines: Lines, owner: Name) -> Iterator[Problem]:
    for data, place in zip(_data(zone.records[owner], _DS), lines.get((owner, _DS), ()), strict=True):
        _, algorithm, digest = rdata.packed(data)[1:4]
        what = f"DS of {names.spell(owner)}"
        if digest == 1:
            yield Problem(*place, f"{what} has a digest of type 1 (SHA-1), which is deprecated; use 2")
        if algorithm in _OLD_ALGORITHMS:
            told = f"{what} is for a key of algorithm {algorithm} ({_OLD_ALGORITHMS[algorithm]})"
            yield Problem(*place, f"{told}, which is deprecated; use 13")


def _child_keys(zone: Zone, lines: Lines) -> Iterator[Problem]:
    """Look for CDS and CDNSKEY records that speak of an algorithm without a DNSKEY."""
    apex = zone.records.get(zone.origin, {})
    have = {rdata.packed(data)[3] for data in _data(apex, _DNSKEY)}
    for rtype, at in ((_CDS, 2), (_CDNSKEY, 3)):
        for data, place in zip(_data(apex, rtype), lines.get((zone.origin, rtype), ()), strict=True):
            algorithm = rdata.packed(data)[at]
            if algorithm and algorithm not in have:
                told = f"{QTYPE[rtype]} is for algorithm {algorithm}, of which the zone has no DNSKEY"
                yield Problem(*place, f"{told}; add the key or remove the record")


def _data(rrsets: Mapping[int, RRset], rtype: int) -> tuple[RD, ...]:
    return rrsets[rtype].data if rtype in rrsets else ()
