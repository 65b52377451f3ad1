"""Answers into packets: compression, sizes and truncation."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from . import codes, names
from .lookup import Answer
from .names import Name
from .query import CD, HEADER, RD, Refusal
from .zone import RRset

ADVERTISED_BYTES = 1232
"""The largest UDP answer that fits everywhere without fragments (DNS flag day 2020)."""
PLAIN_BYTES = 512
TCP_BYTES = 65535

QR, AA, TC, RA = 0x8000, 0x0400, 0x0200, 0x0080
_POINTER_LIMIT = 0x4000
_COMPRESSED = frozenset({codes.NS, codes.CNAME, codes.PTR, codes.MX, codes.SOA})  # RFC 3597, section 4


@dataclass(frozen=True, slots=True)
class Frame:
    """What of a query shapes its reply beside the answer. *edns*: it had one; *do* is copied back."""

    name: bytes
    qtype: int
    qclass: int
    flags: int
    limit: int
    edns: bool
    do: bool


def pack(frame: Frame, answer: Answer) -> bytes:
    """Return the reply with id 0 and the question in lower case, no longer than the frame's limit.

    RA is always set: for its clients this server is the only one, and some take its absence for a lame one.
    """
    sections = (answer.answer, answer.authority, answer.additional)
    packet = _packet(frame, answer, sections)
    if len(packet) > frame.limit and not answer.is_referral:
        packet = _packet(frame, answer, (answer.answer, answer.authority, ()))
    if len(packet) > frame.limit:
        packet = _packet(frame, answer, ((), (), ()), TC)
    return packet


def refusal(refused: Refusal) -> bytes:
    """Return a bare header, the opcode as it came."""
    flags = QR | refused.flags & (0x7800 | RD) | refused.rcode
    return HEADER.pack(refused.ident, flags, 0, 0, 0, 0)


def _packet(
    frame: Frame, answer: Answer, sections: tuple[tuple[RRset, ...], ...], extra_flags: int = 0
) -> bytes:
    question = frame.name + struct.pack("!HH", frame.qtype, frame.qclass)
    body = _Body(frame.name)
    for section in sections:
        for rrset in section:
            body.add(rrset)
    counts = [sum(len(rrset.data) for rrset in section) for section in sections]
    flags = QR | RA | frame.flags & (RD | CD) | extra_flags | answer.rcode & 0xF
    if answer.authoritative:
        flags |= AA
    tail = b""
    if frame.edns:
        tail = struct.pack(
            "!BHHBBHH", 0, codes.OPT, ADVERTISED_BYTES, answer.rcode >> 4, 0, 0x8000 if frame.do else 0, 0
        )
        counts[2] += 1
    return HEADER.pack(0, flags, 1, *counts) + question + bytes(body.data) + tail


class _Body:
    """Records behind the question, with the places of names seen so far."""

    def __init__(self, question_name: bytes) -> None:
        self.start = HEADER.size + len(question_name) + 4
        self.data = bytearray()
        self.places: dict[Name, int] = {}
        labels = names.from_wire(question_name)
        at = HEADER.size
        for index, label in enumerate(labels):
            self.places.setdefault(labels[index:], at)
            at += len(label) + 1

    def add(self, rrset: RRset) -> None:
        for data in rrset.data:
            self._name(rrset.owner, compress=True)
            self.data += struct.pack("!HHI", rrset.rtype, codes.IN, rrset.ttl)
            size_at = len(self.data)
            self.data += b"\0\0"
            for part in data:
                if isinstance(part, bytes):
                    self.data += part
                else:
                    self._name(part, compress=rrset.rtype in _COMPRESSED)
            struct.pack_into("!H", self.data, size_at, len(self.data) - size_at - 2)

    def _name(self, name: Name, *, compress: bool) -> None:
        for index, label in enumerate(name):
            place = self.places.get(name[index:])
            if compress and place is not None:
                self.data += struct.pack("!H", 0xC000 | place)
                return
            here = self.start + len(self.data)
            if here < _POINTER_LIMIT:
                self.places.setdefault(name[index:], here)
            self.data += bytes([len(label)]) + label
        self.data += b"\0"
