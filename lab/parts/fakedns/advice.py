"""Slips that BIND loads without a word, and that do not mean what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dnslib import QTYPE

from . import names, rdata
from .checks import Lines
from .names import Name
from .tokens import Problem, Token
from .zone import Zone

ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}\.?", re.ASCII)


def loops(zone: Zone, lines: Lines) -> list[Problem]:
    """Find each CNAME that leads back to itself."""
    return [
        Problem(*places[0], f"CNAME of {names.spell(owner)} leads back to itself")
        for (owner, rtype), places in lines.items()
        if rtype == QTYPE.CNAME and owner in _chain(owner, zone)
    ]


def _chain(owner: Name, zone: Zone) -> Iterator[Name]:
    """Yield the names that the CNAME of *owner* leads to, each once."""
    seen: set[Name] = set()
    while (rrset := zone.records.get(owner, {}).get(QTYPE.CNAME)) is not None:
        owner = rdata.target(QTYPE.CNAME, rrset.data[0])
        if owner in seen:
            return
        seen.add(owner)
        yield owner


def owner_spelling(source: str, owner: Token, origin: Name, apex: Name) -> list[Problem]:
    """Find an owner that ends in the zone's name but has no final dot: it is made longer by $ORIGIN."""
    return _undotted(source, owner, origin, apex, f"write '{owner.text}.' or @")


def target_spelling(source: str, rtype: int, word: Token, origin: Name, apex: Name) -> list[Problem]:
    """Find a target that ends in the zone's name without a final dot."""
    if not rdata.points(rtype):
        return []
    return _undotted(source, word, origin, apex, f"write '{word.text}.'")


def _undotted(source: str, word: Token, origin: Name, apex: Name, advice: str) -> list[Problem]:
    if word.text.endswith(".") or len(apex) < 2 or names.lower(origin)[-len(apex) :] != apex:
        return []
    name = names.parse(word.text, origin)
    written = names.lower(name[: len(name) - len(origin)])
    if word.text == "@" or written[len(written) - len(apex) :] != apex or len(written) < len(apex):
        return []
    told = f"'{word.text}' has no final dot, so it is {names.spell(name)}.; {advice}"
    return [Problem(source, word.line, told)]
