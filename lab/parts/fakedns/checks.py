"""What makes a zone unfit (as BIND refuses it), and slips that load but do not mean what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from dnslib import QTYPE

from . import names, rdata
from .names import Name
from .tokens import Problem, Token
from .zone import RRset

Records: TypeAlias = Mapping[Name, Mapping[int, RRset]]
Lines: TypeAlias = dict[tuple[Name, int], list[tuple[str, int]]]
"""Where each record set's records stand: file and line, in order."""

_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}\.?", re.ASCII)


def problems(apex: Name, records: Records, source: str, lines: Lines) -> list[Problem]:
    found = []
    at_apex = records.get(apex, {})
    spelled = names.spell(apex)
    for rtype, advice in ((QTYPE.SOA, "@ SOA ..."), (QTYPE.NS, "@ NS localhost.")):
        if rtype not in at_apex:
            found.append(Problem(source, 1, f"{spelled} has no {QTYPE[rtype]} record; add `{advice}`"))
    for (owner, rtype), places in lines.items():
        if rtype == QTYPE.SOA and owner != apex:
            found.append(
                Problem(*places[0], f"SOA of {names.spell(owner)}; the zone's only SOA belongs to {spelled}")
            )
        elif rtype in {QTYPE.SOA, QTYPE.CNAME} and len(records[owner][rtype].data) > 1:
            what = f"second {QTYPE[rtype]} of {names.spell(owner)}"
            found.append(Problem(*places[-1], f"{what}; keep one"))
        if rtype == QTYPE.CNAME and len(records[owner]) > 1:
            others = ", ".join(QTYPE[other] for other in records[owner] if other != rtype)
            found.append(
                Problem(
                    *places[0], f"{names.spell(owner)} has a CNAME and also {others}; a CNAME stands alone"
                )
            )
    return found


def warnings(records: Records, lines: Lines) -> list[Problem]:
    found = []
    for (owner, rtype), places in lines.items():
        if rtype == QTYPE.NS and owner[:1] == (b"*",):
            found.append(Problem(*places[0], f"NS of {names.spell(owner)}: a wildcard delegates nothing"))
        if rtype == QTYPE.CNAME and owner in _chain(owner, records):
            found.append(Problem(*places[0], f"CNAME of {names.spell(owner)} leads back to itself"))
    return found


def _chain(owner: Name, records: Records) -> Iterator[Name]:
    """Yield the names that the CNAME of *owner* leads to, each once."""
    seen: set[Name] = set()
    while (rrset := records.get(owner, {}).get(QTYPE.CNAME)) is not None:
        owner = rdata.target(QTYPE.CNAME, rrset.data[0])
        if owner in seen:
            return
        seen.add(owner)
        yield owner


def spelling(source: str, owner: Token, origin: Name, apex: Name) -> list[Problem]:
    """Find an owner that ends in the zone's name but has no final dot: it is made longer by $ORIGIN."""
    return _undotted(source, owner, origin, apex, f"write '{owner.text}.' or @")


def target_spelling(source: str, rtype: int, word: Token, origin: Name, apex: Name) -> list[Problem]:
    """Find a target that is an address, or ends in the zone's name without a final dot."""
    if not rdata.points(rtype):
        return []
    if _ADDRESS.fullmatch(word.text):
        meant = names.spell(names.parse(word.text, origin))
        kind = QTYPE[rtype]
        return [
            Problem(source, word.line, f"{kind} names the address {word.text}, read as the name {meant}.; "
                    f"name a host that has an A record")
        ]  # fmt: skip
    return _undotted(source, word, origin, apex, f"write '{word.text}.'")


def _undotted(source: str, word: Token, origin: Name, apex: Name, advice: str) -> list[Problem]:
    if word.text.endswith(".") or len(apex) < 2:
        return []
    name = names.parse(word.text, origin)
    written = names.lower(name[: len(name) - len(origin)])
    if word.text == "@" or written[len(written) - len(apex) :] != apex or len(written) < len(apex):
        return []
    return [
        Problem(source, word.line, f"'{word.text}' has no final dot, so it is {names.spell(name)}.; {advice}")
    ]  # fmt: skip
