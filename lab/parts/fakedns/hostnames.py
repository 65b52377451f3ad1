"""Names that must be a host's or a mailbox: BIND's `check-names primary fail`, which is its default."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import dnslib
from dnslib import QTYPE

from . import names, rdata
from .names import Name, is_host

_HOSTS_OWN = frozenset({QTYPE.A, QTYPE.AAAA, QTYPE.MX, 11})
"""Types whose owner is a host; 11 is WKS."""
_REVERSE = ((b"in-addr", b"arpa"), (b"ip6", b"arpa"), (b"ip6", b"int"))
_LAWFUL = "a host's name has letters, digits and hyphens, and no hyphen at the ends of a part"


def owner(name: Name, rtype: int) -> str | None:
    """Return what is wrong with *name* as the owner of such a record."""
    if rtype not in _HOSTS_OWN or is_host(name, wildcard=True):
        return None
    if name[:2] == (b"gc", b"_msdcs") and rtype != QTYPE.MX and is_host(name[2:]):
        return None  # the one such name that Active Directory needs
    return f"{names.spell(name)} is no host name, and has {QTYPE[rtype]} records; {_LAWFUL}"


def data(apex: Name, rtype: int, value: dnslib.RD) -> str | None:
    """Return what is wrong with a name in the data of a record of zone *apex*."""
    checks = _IN_DATA.get(rtype, ())
    if rtype == QTYPE.PTR and apex[-2:] in _REVERSE:
        checks = ((lambda seen: seen.label.label, is_host),)
    for name_in, fits in checks:
        name = names.lower(name_in(value))
        if not fits(name):
            what = _LAWFUL if fits is is_host else "a mailbox is written as in root.example.test"
            return f"{QTYPE[rtype]} names {names.spell(name)}, which is no {_KINDS[fits]}; {what}"
    return None


def _wire_name(data: bytes, at: int) -> Name:
    """Return the name that begins at *at* in *data*."""
    labels = []
    while size := data[at]:
        labels.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return tuple(labels)


def _at(offset: int) -> Callable[[dnslib.RD], Name]:
    return lambda value: _wire_name(rdata.packed(value), offset)


_Check = tuple[Callable[[dnslib.RD], Name], Callable[[Name], bool]]
_KINDS: Mapping[Callable[[Name], bool], str] = {is_host: "host name", names.is_mailbox: "mailbox"}
_IN_DATA: Mapping[int, tuple[_Check, ...]] = {
    QTYPE.NS: ((lambda value: value.label.label, is_host),),
    QTYPE.MX: ((lambda value: value.label.label, is_host),),
    QTYPE.SRV: ((lambda value: value.target.label, is_host),),
    QTYPE.SOA: (
        (lambda value: value.mname.label, is_host),
        (lambda value: value.rname.label, names.is_mailbox),
    ),
    QTYPE.RP: ((_at(0), names.is_mailbox),),
    18: ((_at(2), is_host),),  # AFSDB
    21: ((_at(2), is_host),),  # RT
    64: ((_at(2), is_host),),  # SVCB
    65: ((_at(2), is_host),),  # HTTPS
}
