"""The right-hand side of a record: tokens into the parts that go into a packet."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import TypeAlias

from . import codes, names
from .names import Name
from .tokens import Token, content

Rdata: TypeAlias = tuple[bytes | Name, ...]
"""Bytes and names in packet order; names stay names, because some may be compressed there."""

TTL_LIMIT = 2**31 - 1
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TTL = re.compile(r"\d+|(?:\d+[smhdw])+", re.ASCII | re.IGNORECASE)
_TERM = re.compile(r"(\d+)([smhdw]?)", re.ASCII | re.IGNORECASE)


def is_ttl(text: str) -> bool:
    return _TTL.fullmatch(text) is not None


def ttl(text: str) -> int:
    """Return seconds from `3600`, `1h30m` and the like. Raises ValueError."""
    if not is_ttl(text):
        raise ValueError(f"'{text}' is no time; write seconds, or units as in 1h30m")
    total = sum(int(number) * _UNITS[unit.lower()] for number, unit in _TERM.findall(text))
    if total > TTL_LIMIT:
        raise ValueError(f"'{text}' is more than {TTL_LIMIT} seconds")
    return total


def read(rtype: int, tokens: Sequence[Token], origin: Name) -> Rdata:
    """Read the data of a record of type *rtype*. Raises ValueError with what was seen and what to write."""
    shape, reader = READERS[rtype]
    wanted = len(shape.split())
    if not shape.endswith("...") and len(tokens) != wanted:
        seen = " ".join(token.text for token in tokens) or "nothing"
        raise ValueError(f"{codes.type_name(rtype)} takes `{shape}`, seen `{seen}`")
    if not tokens:
        raise ValueError(f"{codes.type_name(rtype)} takes `{shape}`, seen nothing")
    data = reader(tokens, origin)
    size = sum(len(part) if isinstance(part, bytes) else names.wire_length(part) for part in data)
    if size > 65535 - 512:
        raise ValueError(f"{size} bytes of data do not fit into an answer")
    return data


def _name(token: Token, origin: Name) -> Name:
    return names.parse(token.text, origin)


def _number(token: Token, what: str, limit: int = 65535) -> int:
    if not (token.text.isascii() and token.text.isdigit()) or int(token.text) > limit:
        raise ValueError(f"{what} is '{token.text}'; write a number from 0 to {limit}")
    return int(token.text)


def _a(tokens: Sequence[Token], _origin: Name) -> Rdata:
    try:
        return (IPv4Address(tokens[0].text).packed,)
    except AddressValueError:
        raise ValueError(
            f"'{tokens[0].text}' is no IPv4 address; write four numbers, as in 192.0.2.1"
        ) from None


def _aaaa(tokens: Sequence[Token], _origin: Name) -> Rdata:
    try:
        address = IPv6Address(tokens[0].text)
    except AddressValueError:
        address = None
    if address is None or address.scope_id:
        raise ValueError(f"'{tokens[0].text}' is no IPv6 address; write it as in 2001:db8::1")
    return (address.packed,)


def _target(tokens: Sequence[Token], origin: Name) -> Rdata:
    return (_name(tokens[0], origin),)


def _mx(tokens: Sequence[Token], origin: Name) -> Rdata:
    return struct.pack("!H", _number(tokens[0], "preference")), _name(tokens[1], origin)


def _srv(tokens: Sequence[Token], origin: Name) -> Rdata:
    numbers = [
        _number(token, what) for token, what in zip(tokens, ("priority", "weight", "port"), strict=False)
    ]
    return struct.pack("!HHH", *numbers), _name(tokens[3], origin)


def _soa(tokens: Sequence[Token], origin: Name) -> Rdata:
    serial = _number(tokens[2], "serial", 2**32 - 1)
    times = [ttl(token.text) for token in tokens[3:]]
    return _name(tokens[0], origin), _name(tokens[1], origin), struct.pack("!5I", serial, *times)


def _txt(tokens: Sequence[Token], _origin: Name) -> Rdata:
    return (b"".join(_string(content(token)) for token in tokens),)


def _string(value: bytes) -> bytes:
    if len(value) > 255:
        raise ValueError(f"text of {len(value)} bytes; cut it into quoted pieces of at most 255")
    return bytes([len(value)]) + value


def _caa(tokens: Sequence[Token], _origin: Name) -> Rdata:
    tag = tokens[1].text
    if not (tag.isascii() and tag.isalnum()) or len(tag) > 255:
        raise ValueError(f"tag is '{tag}'; write letters and digits, as in issue")
    flags = bytes([_number(tokens[0], "flags", 255)])
    return (flags + _string(tag.encode()) + content(tokens[2]),)


READERS: Mapping[int, tuple[str, Callable[[Sequence[Token], Name], Rdata]]] = {
    codes.A: ("address", _a),
    codes.AAAA: ("address", _aaaa),
    codes.NS: ("name", _target),
    codes.CNAME: ("name", _target),
    codes.PTR: ("name", _target),
    codes.MX: ("preference name", _mx),
    codes.SRV: ("priority weight port name", _srv),
    codes.SOA: ("server mailbox serial refresh retry expire minimum", _soa),
    codes.TXT: ('"text" ...', _txt),
    codes.CAA: ("flags tag value", _caa),
}


def target(rtype: int, data: Rdata) -> Name | None:
    """Return the name that a record of this type points at, if it points at one."""
    if rtype in {codes.NS, codes.CNAME, codes.PTR, codes.MX, codes.SRV}:
        part = data[-1]
        assert not isinstance(part, bytes)
        return part
    return None
