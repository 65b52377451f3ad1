"""Packets, read and packed by dnslib: what of a query counts, and how long its reply may be."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple

import dnslib
from dnslib import QTYPE, RCODE, RR, DNSHeader, DNSQuestion

from . import names
from .lookup import Answer
from .names import Name
from .zone import RRset

HEADER_BYTES = 12
PLAIN_BYTES = 512
TCP_BYTES = 65535
ADVERTISED_BYTES = 1232
"""The largest UDP answer that fits everywhere without fragments (DNS flag day 2020)."""
BADVERS = 16
ASKER_OPTION = 65518
"""The EDNS option (local use) in which the lab's CoreDNS carries the address of the pod that asked."""
_OPCODE_RD, _RD_CD = 0x7900, 0x0110
_POINTER_LIMIT = 0x4000


class Query(NamedTuple):
    """*question* is as sent; *name* is its name in lower case. *asker*: EDNS said who it is asked for."""

    header: DNSHeader
    question: bytes
    name: Name
    qtype: int
    qclass: int
    edns: RR | None
    asker: str | None


class Refusal(NamedTuple):
    """A packet that gets a bare header back."""

    header: DNSHeader
    rcode: int


class _Places(dict[tuple[bytes, ...], int]):
    """Where names stand. What a pointer's 14 bits cannot reach is forgotten; dnslib would point there."""

    def __setitem__(self, name: tuple[bytes, ...], place: int) -> None:
        if place < _POINTER_LIMIT:
            super().__setitem__(name, place)


class _Buffer(dnslib.DNSBuffer):  # type: ignore[misc]  # dnslib has no types
    def __init__(self, data: bytes = b"") -> None:
        super().__init__(data)
        self.names = _Places()

    def decode_name(self, last: int = -1) -> dnslib.DNSLabel:  # noqa: ARG002  # dnslib's signature
        """Read labels of any bytes, where dnslib wants UTF-8; no pointers, for which a query has no use."""
        labels: list[bytes] = []
        while length := self.unpack("!B")[0]:
            if length > names.LABEL_BYTES:
                raise ValueError("pointer or unknown kind of label")
            labels.append(self.get(length))
        return dnslib.DNSLabel(labels)


def read(data: bytes) -> Query | Refusal | None:
    """Read a packet; None is for what must not be answered: no header, or a response."""
    if len(data) < HEADER_BYTES:
        return None
    buffer = _Buffer(data)
    header = DNSHeader.parse(buffer)
    if header.qr:
        return None
    if header.opcode:
        return Refusal(header, RCODE.NOTIMP)
    try:
        return _query(data, buffer, header)
    except Exception:  # noqa: BLE001  # dnslib reads thirty types, and each fails at nonsense in its own way
        return Refusal(header, RCODE.FORMERR)


def _query(data: bytes, buffer: _Buffer, header: DNSHeader) -> Query:
    question = DNSQuestion.parse(buffer)
    end = buffer.offset
    early = [RR.parse(buffer) for _ in range(header.a + header.auth)]
    late = [RR.parse(buffer) for _ in range(header.ar)]
    options = [record for record in late if record.rtype == QTYPE.OPT]
    misplaced = any(record.rtype == QTYPE.OPT for record in early) or any(
        record.rname.label for record in options
    )
    if header.q != 1 or buffer.remaining() or len(options) > 1 or misplaced:
        raise ValueError("not one question and at most one OPT")
    if end - HEADER_BYTES - 4 > names.NAME_BYTES:
        raise ValueError("name too long")
    edns = options[0] if options else None
    return Query(
        header,
        data[HEADER_BYTES:end],
        names.lower(question.qname.label),
        question.qtype,
        question.qclass,
        edns,
        None if edns is None or edns.edns_ver else _asker(edns),
    )


def _asker(edns: RR) -> str | None:
    found = (
        option.data for option in edns.rdata if option.code == ASKER_OPTION and len(option.data) in {4, 16}
    )
    address = next(found, None)
    return None if address is None else str(ip_address(address))


def pack(asked: Query, answer: Answer, *, tcp: bool) -> bytes:
    """Return the reply, no longer than its client takes; the question's name comes back in its own case.

    RA is always set: for its clients this server is the only one, and some take its absence for a lame one.
    """
    limit = _limit(asked, tcp=tcp)
    packet = _packet(asked, answer, (answer.answer, answer.authority, answer.additional))
    if len(packet) > limit and not answer.is_referral:
        packet = _packet(asked, answer, (answer.answer, answer.authority, ()))
    if len(packet) > limit:
        packet = _packet(asked, answer, ((), (), ()), tc=1)
    return packet


def refuse(refused: Refusal) -> bytes:
    """Return a bare header, the opcode as it came."""
    header = DNSHeader(refused.header.id, refused.header.bitmap & _OPCODE_RD, qr=1, rcode=refused.rcode)
    buffer = _Buffer()
    header.pack(buffer)
    return bytes(buffer.data)


def _limit(asked: Query, *, tcp: bool) -> int:
    if tcp:
        return TCP_BYTES
    wanted = PLAIN_BYTES if asked.edns is None else asked.edns.edns_len
    return int(min(max(wanted, PLAIN_BYTES), ADVERTISED_BYTES))


def _packet(asked: Query, answer: Answer, sections: tuple[tuple[RRset, ...], ...], *, tc: int = 0) -> bytes:
    counts = [sum(len(rrset.data) for rrset in section) for section in sections]
    if asked.edns is not None:
        counts[2] += 1
    header = DNSHeader(asked.header.id, asked.header.bitmap & _RD_CD, 1, *counts)
    header.qr = header.ra = 1
    header.aa, header.tc, header.rcode = int(answer.authoritative), tc, answer.rcode & 0xF
    buffer = _Buffer()
    header.pack(buffer)
    DNSQuestion(dnslib.DNSLabel(asked.name), asked.qtype, asked.qclass).pack(buffer)
    for section in sections:
        for rrset in section:
            owner = dnslib.DNSLabel(rrset.owner)
            for data in rrset.data:
                RR(owner, rrset.rtype, dnslib.CLASS.IN, rrset.ttl, data).pack(buffer)
    if asked.edns is not None:
        flags = "do" if asked.edns.edns_do else ""
        dnslib.EDNS0(ext_rcode=answer.rcode >> 4, flags=flags, udp_len=ADVERTISED_BYTES).pack(buffer)
    buffer.data[HEADER_BYTES : HEADER_BYTES + len(asked.question)] = asked.question
    return bytes(buffer.data)
