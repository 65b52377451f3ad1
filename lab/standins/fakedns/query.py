"""A packet from a client, read strictly and quickly: this runs for every query."""

from __future__ import annotations

import struct
from ipaddress import ip_address
from typing import NamedTuple

from . import codes

HEADER = struct.Struct("!6H")
_PAIR = struct.Struct("!HH")
_RR_TAIL = struct.Struct("!HHIH")
QR, OPCODE, RD, CD = 0x8000, 0x7800, 0x0100, 0x0010
DO = 0x8000
ASKER_OPTION = 65518
"""The EDNS option (local use) in which the lab's CoreDNS carries the address of the pod that asked."""


class Edns(NamedTuple):
    """*size*: the largest UDP answer that the client takes, in bytes."""

    size: int
    version: int
    do: bool
    asker: str | None


class Query(NamedTuple):
    """*question* is as sent; *name* is its name in lower case, uncompressed wire form."""

    ident: int
    flags: int
    question: bytes
    name: bytes
    qtype: int
    qclass: int
    edns: Edns | None


class Refusal(NamedTuple):
    """A packet that gets a bare header back."""

    ident: int
    flags: int
    rcode: int


def read(data: bytes) -> Query | Refusal | None:  # noqa: PLR0911  # one return a way of being wrong
    """Read a packet; None is for what must not be answered: no header, or a response."""
    if len(data) < HEADER.size:
        return None
    ident, flags, questions, answers, authorities, additionals = HEADER.unpack_from(data)
    if flags & QR:
        return None
    if flags & OPCODE:
        return Refusal(ident, flags, codes.NOTIMP)
    if questions != 1:
        return Refusal(ident, flags, codes.FORMERR)
    try:
        end = HEADER.size
        while length := data[end]:
            if length > 63:
                return Refusal(ident, flags, codes.FORMERR)
            end += length + 1
        end += 1
        qtype, qclass = _PAIR.unpack_from(data, end)
        edns = None
        if answers or authorities or additionals or len(data) != end + 4:
            edns = _edns(data, end + 4, answers + authorities, additionals)
    except (IndexError, struct.error, ValueError):
        return Refusal(ident, flags, codes.FORMERR)
    name = data[HEADER.size : end].lower()  # lengths are below 64, so no length is taken for a letter
    if len(name) > 255:
        return Refusal(ident, flags, codes.FORMERR)
    return Query(ident, flags, data[HEADER.size : end + 4], name, qtype, qclass, edns)


def _edns(data: bytes, at: int, skipped: int, additionals: int) -> Edns | None:
    """Walk all records behind the question; raise ValueError, IndexError or struct.error on nonsense."""
    found: Edns | None = None
    for number in range(skipped + additionals):
        start = at
        while (length := data[at]) and length < 64:
            at += length + 1
        if 64 <= length < 192:
            raise ValueError("unknown kind of label")
        at += 2 if length else 1
        rtype, rclass, ttl, size = _RR_TAIL.unpack_from(data, at)
        at += _RR_TAIL.size
        if at + size > len(data):
            raise ValueError("record runs past the packet")
        if rtype == codes.OPT:
            if found is not None or number < skipped or data[start]:
                raise ValueError("OPT twice, misplaced or with a name")
            version = ttl >> 16 & 0xFF
            asker = _asker(data[at : at + size]) if version == 0 else None
            found = Edns(rclass, version, bool(ttl & DO), asker)
        at += size
    if at != len(data):
        raise ValueError("bytes behind the last record")
    return found


def _asker(options: bytes) -> str | None:
    """Return the address in the asker's option, None where there is none or it is no address."""
    at = 0
    asker = None
    while at < len(options):
        code, size = _PAIR.unpack_from(options, at)
        value = options[at + 4 : at + 4 + size]
        if len(value) != size:
            raise ValueError("option runs past its record")
        if code == ASKER_OPTION and size in {4, 16} and asker is None:
            asker = str(ip_address(value))
        at += 4 + size
    return asker
