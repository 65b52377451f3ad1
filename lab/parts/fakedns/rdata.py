"""The right-hand side of a record: tokens into dnslib's rdata, with words for whoever wrote them.

dnslib's own `fromZone` takes what it can make sense of; a zone file is to be told what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import dnslib
from dnslib import QTYPE

from . import names
from .names import Name
from .tokens import Token

TTL_LIMIT = 2**31 - 1
DATA_BYTES = 65535 - 512
"""What fits into an answer beside its header and names."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TTL = re.compile(r"\d+|(?:\d+[smhdw])+", re.ASCII | re.IGNORECASE)
_TERM = re.compile(r"(\d+)([smhdw]?)", re.ASCII | re.IGNORECASE)
_POINTS = {
    QTYPE.NS: "label",
    QTYPE.CNAME: "label",
    QTYPE.PTR: "label",
    QTYPE.MX: "label",
    QTYPE.SRV: "target",
}


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


def points(rtype: int) -> bool:
    """Tell whether records of this type point at a name."""
    return rtype in _POINTS


def target(rtype: int, data: dnslib.RD) -> Name:
    """Return the name, in lower case, that a record points at; only for types that do."""
    return names.lower(getattr(data, _POINTS[rtype]).label)


def packed(data: dnslib.RD) -> bytes:
    """Return the data as it is alone; unlike dnslib's `==` this tells CAA records apart."""
    buffer = dnslib.DNSBuffer()
    data.pack(buffer)
    return bytes(buffer.data)


def read(rtype: int, tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    """Read the data of a record of type *rtype*. Raises ValueError with what was seen and what to write."""
    shape, reader = READERS[rtype]
    open_ended = shape.endswith("...")
    if not tokens or (not open_ended and len(tokens) != len(shape.split())):
        seen = " ".join(token.text for token in tokens) or "nothing"
        quote = "" if open_ended else "`"
        raise ValueError(f"{QTYPE[rtype]} takes `{shape}`, seen {quote}{seen}{quote}")
    data = reader(tokens, origin)
    if (size := len(packed(data))) > DATA_BYTES:
        raise ValueError(f"{size} bytes of data do not fit into an answer")
    return data


def _name(token: Token, origin: Name) -> dnslib.DNSLabel:
    return dnslib.DNSLabel(names.parse(token.text, origin))


def _number(token: Token, what: str, limit: int = 65535) -> int:
    if not (token.text.isascii() and token.text.isdigit()) or int(token.text) > limit:
        raise ValueError(f"{what} is '{token.text}'; write a number from 0 to {limit}")
    return int(token.text)


def _a(tokens: Sequence[Token], _origin: Name) -> dnslib.RD:
    try:
        return dnslib.A(tuple(IPv4Address(tokens[0].text).packed))
    except AddressValueError:
        raise ValueError(
            f"'{tokens[0].text}' is no IPv4 address; write four numbers, as in 192.0.2.1"
        ) from None


def _aaaa(tokens: Sequence[Token], _origin: Name) -> dnslib.RD:
    try:
        address = IPv6Address(tokens[0].text)
    except AddressValueError:
        address = None
    if address is None or address.scope_id:
        raise ValueError(f"'{tokens[0].text}' is no IPv6 address; write it as in 2001:db8::1")
    return dnslib.AAAA(tuple(address.packed))


def _txt(tokens: Sequence[Token], _origin: Name) -> dnslib.RD:
    texts = [names.unescape(token.text) for token in tokens]
    for text in texts:
        if len(text) > 255:
            raise ValueError(f"text of {len(text)} bytes; cut it into quoted pieces of at most 255")
    return dnslib.TXT(texts)


def _caa(tokens: Sequence[Token], _origin: Name) -> dnslib.RD:
    tag = tokens[1].text
    if not (tag.isascii() and tag.isalnum()) or len(tag) > 255:
        raise ValueError(f"tag is '{tag}'; write letters and digits, as in issue")
    try:
        value = names.unescape(tokens[2].text).decode()
    except UnicodeDecodeError:
        raise ValueError("value is not UTF-8; write it in ASCII") from None
    return dnslib.CAA(_number(tokens[0], "flags", 255), tag, value)


def _soa(tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    times = (_number(tokens[2], "serial", 2**32 - 1), *(ttl(token.text) for token in tokens[3:]))
    return dnslib.SOA(_name(tokens[0], origin), _name(tokens[1], origin), times)


def _srv(tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    numbers = map(_number, tokens[:3], ("priority", "weight", "port"))
    return dnslib.SRV(*numbers, _name(tokens[3], origin))


READERS: Mapping[int, tuple[str, Callable[[Sequence[Token], Name], dnslib.RD]]] = {
    QTYPE.A: ("address", _a),
    QTYPE.AAAA: ("address", _aaaa),
    QTYPE.NS: ("name", lambda seen, origin: dnslib.NS(_name(seen[0], origin))),
    QTYPE.CNAME: ("name", lambda seen, origin: dnslib.CNAME(_name(seen[0], origin))),
    QTYPE.PTR: ("name", lambda seen, origin: dnslib.PTR(_name(seen[0], origin))),
    QTYPE.MX: (
        "preference name",
        lambda seen, origin: dnslib.MX(_name(seen[1], origin), _number(seen[0], "preference")),
    ),
    QTYPE.SRV: ("priority weight port name", _srv),
    QTYPE.SOA: ("server mailbox serial refresh retry expire minimum", _soa),
    QTYPE.TXT: ('"text" ...', _txt),
    QTYPE.CAA: ("flags tag value", _caa),
}
