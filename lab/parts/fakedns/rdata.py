"""The right-hand side of a record: tokens into dnslib's rdata, with words for whoever wrote them.

dnslib's own `fromZone` takes what it can make sense of; a zone file is to be told what is wrong with it.
The common types are read here, all others by dnspython; those are served as the bytes that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import dnslib
from dnslib import QTYPE

from . import names
from .names import Name
from .tokens import Entry, Token, entries

TTL_LIMIT = 2**31 - 1
NUMBER_LIMIT = 2**32 - 1
DATA_BYTES = 65535 - 512
"""What fits into an answer beside its header and names."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_TTL = re.compile(r"\d+|(?:\d+[smhdw])+", re.ASCII | re.IGNORECASE)
_TERM = re.compile(r"(\d+)([smhdw]?)", re.ASCII | re.IGNORECASE)
_MAIL_NAMES = (7, 8, 9)
"""MB, MG and MR; these and MINFO dnspython does not read."""
_POINTS = {
    QTYPE.NS: "label",
    QTYPE.CNAME: "label",
    QTYPE.PTR: "label",
    QTYPE.DNAME: "label",
    QTYPE.MX: "label",
    QTYPE.SRV: "target",
}


class _Dname(dnslib.CNAME):  # type: ignore[misc]  # dnslib has no types
    """The data of a DNAME, in which names are not shortened (RFC 6672)."""

    def pack(self, buffer: dnslib.DNSBuffer) -> None:
        buffer.encode_name_nocompress(self.label)


def is_ttl(text: str) -> bool:
    return _TTL.fullmatch(text) is not None


def ttl(text: str) -> int:
    """Return seconds from `3600`, `1h30m` and the like. Raises ValueError.

    More than `TTL_LIMIT` is returned, too: BIND takes such a TTL for 0.
    """
    if not is_ttl(text):
        raise ValueError(f"'{text}' is no time; write seconds, or units as in 1h30m")
    total = sum(int(number) * _UNITS[unit.lower()] for number, unit in _TERM.findall(text))
    if total > NUMBER_LIMIT:
        raise ValueError(f"'{text}' is more than {TTL_LIMIT} seconds")
    return total


def type_of(word: str) -> int | None:
    """Return the number of the record type that *word* names; None if it names none that a zone may have."""
    upper = word.upper()
    if (known := _KNOWN.get(upper)) is not None:
        return known
    from .presentation import number_of  # noqa: PLC0415  # it costs time and memory that most zones save

    return number_of(upper)


def points(rtype: int) -> bool:
    """Tell whether records of this type point at a name."""
    return rtype in _POINTS


def target(rtype: int, data: dnslib.RD) -> Name:
    """Return the name, in lower case, that a record points at; only for types that do."""
    return names.lower(getattr(data, _POINTS[rtype]).label)


class _Alone(dnslib.DNSBuffer):  # type: ignore[misc]  # dnslib has no types
    """A buffer in which no name is shortened by another."""

    def encode_name(self, name: dnslib.DNSLabel) -> None:
        self.encode_name_nocompress(name)


def packed(data: dnslib.RD) -> bytes:
    """Return the data as it is alone."""
    buffer = _Alone()
    data.pack(buffer)
    return bytes(buffer.data)


def read(rtype: int, tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    """Read the data of a record of type *rtype*. Raises ValueError with what was seen and what to write."""
    generic = bool(tokens) and tokens[0].text == "\\#" and not tokens[0].quoted
    if rtype in READERS and not generic:
        data = _known(rtype, tokens, origin)
    else:
        data = _by_library(rtype, tokens, origin, generic=generic)
    if (size := len(packed(data))) > DATA_BYTES:
        raise ValueError(f"{size} bytes of data do not fit into an answer")
    return data


def _by_library(rtype: int, tokens: Sequence[Token], origin: Name, *, generic: bool) -> dnslib.RD:
    from . import presentation  # noqa: PLC0415  # it costs time and memory that most zones save

    kind = QTYPE[rtype]
    try:
        wire = presentation.generic(tokens) if generic else presentation.wire(rtype, tokens, origin)
        text = presentation.text_of(rtype, wire) if generic else ""
    except ValueError as error:
        raise ValueError(f"{kind}: {error}") from None
    if rtype not in READERS:
        return dnslib.RD(wire)
    entry = next(entries(text))
    assert isinstance(entry, Entry)  # dnspython wrote it
    return _known(rtype, entry.tokens, ())


def _known(rtype: int, tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    shape, reader = READERS[rtype]
    open_ended = shape.endswith("...")
    if not tokens or (not open_ended and len(tokens) != len(shape.split())):
        seen = " ".join(token.text for token in tokens) or "nothing"
        quote = "" if open_ended else "`"
        raise ValueError(f"{QTYPE[rtype]} takes `{shape}`, seen {quote}{seen}{quote}")
    for token in tokens:
        if token.quoted and rtype not in _TEXTS:
            raise ValueError(f"{QTYPE[rtype]} takes `{shape}` without quotes; write {token.text}")
    return reader(tokens, origin)


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
    flags = _number(tokens[0], "flags", 255)
    return dnslib.RD(bytes([flags, len(tag)]) + tag.encode() + names.unescape(tokens[2].text))


def _soa(tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    times = (_number(tokens[2], "serial", NUMBER_LIMIT), *(ttl(token.text) for token in tokens[3:]))
    return dnslib.SOA(_name(tokens[0], origin), _name(tokens[1], origin), times)


def _names_alone(tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    buffer = _Alone()
    for token in tokens:
        buffer.encode_name(_name(token, origin))
    return dnslib.RD(bytes(buffer.data))


def _srv(tokens: Sequence[Token], origin: Name) -> dnslib.RD:
    numbers = map(_number, tokens[:3], ("priority", "weight", "port"))
    return dnslib.SRV(*numbers, _name(tokens[3], origin))


READERS: Mapping[int, tuple[str, Callable[[Sequence[Token], Name], dnslib.RD]]] = {
    QTYPE.A: ("address", _a),
    QTYPE.AAAA: ("address", _aaaa),
    QTYPE.NS: ("name", lambda seen, origin: dnslib.NS(_name(seen[0], origin))),
    QTYPE.CNAME: ("name", lambda seen, origin: dnslib.CNAME(_name(seen[0], origin))),
    QTYPE.DNAME: ("name", lambda seen, origin: _Dname(_name(seen[0], origin))),
    QTYPE.PTR: ("name", lambda seen, origin: dnslib.PTR(_name(seen[0], origin))),
    QTYPE.MX: (
        "preference name",
        lambda seen, origin: dnslib.MX(_name(seen[1], origin), _number(seen[0], "preference")),
    ),
    QTYPE.SRV: ("priority weight port name", _srv),
    QTYPE.SOA: ("server mailbox serial refresh retry expire minimum", _soa),
    QTYPE.TXT: ('"text" ...', _txt),
    QTYPE.CAA: ("flags tag value", _caa),
    **dict.fromkeys(_MAIL_NAMES, ("name", _names_alone)),
    14: ("name name", _names_alone),  # MINFO
}
_TEXTS = frozenset({QTYPE.TXT, QTYPE.CAA})
_KNOWN = {QTYPE[number]: number for number in READERS}
