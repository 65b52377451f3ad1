"""The record types that the lab's own reader does not know, read by dnspython into the bytes of a packet.

Only `rdata` imports this module, and only once such a record is met: it takes 50 ms and 6 MB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import dns.name
import dns.rdata
import dns.rdataclass
from dns.rdatatype import RdataType, UnknownRdatatype

from .names import Name
from .tokens import Token

_QUERIES = frozenset({41, *range(128, 256)})


def wire(rtype: int, tokens: Sequence[Token], origin: Name) -> bytes:
    """Return the data of a record as packets carry it. Raises ValueError."""
    if not _has_form(rtype):
        raise ValueError(r"it is read in the generic form alone; write `\# LENGTH HEX`")
    _check(rtype, tokens)
    text = "".join(_again(token, before) for token, before in zip(tokens, (None, *tokens), strict=False))
    base = dns.name.Name((*origin, b""))
    try:
        return dns.rdata.from_text("IN", RdataType.make(rtype), text, base, relativize=False).to_wire() or b""
    except Exception as error:  # noqa: BLE001  # seventy readers, and each fails at nonsense in its own way
        raise ValueError(f"{error}; compare it with the form of its RFC") from None


def generic(tokens: Sequence[Token]) -> bytes:
    r"""Read `\# LENGTH HEX` (RFC 3597), which every type may be written in. Raises ValueError."""
    written = "".join(token.text for token in tokens[2:])
    try:
        data = bytes.fromhex(written)
    except ValueError:
        raise ValueError(f"'{written}' is not hexadecimal") from None
    if len(tokens) < 2 or tokens[1].text != str(len(data)):
        said = tokens[1].text if len(tokens) > 1 else "nothing"
        raise ValueError(rf"{len(data)} bytes stand behind `\#`, and {said} is said; write {len(data)}")
    return data


def _check(rtype: int, tokens: Sequence[Token]) -> None:
    """Refuse what BIND refuses and dnspython takes. Raises ValueError."""
    if rtype == RdataType.URI and tokens and not tokens[-1].quoted:
        raise ValueError(f'{tokens[-1].text} stands without quotes; write "{tokens[-1].text}"')
    if rtype == RdataType.NSEC and len(tokens) == 1:
        raise ValueError("no record types behind the name; write those that the owner has")
    if rtype == RdataType.NAPTR and len(tokens) > 4 and (text := tokens[4].text):
        mark = re.escape(text[0])
        if not re.fullmatch(rf"{mark}(?:\\.|(?!{mark}).)+{mark}(?:\\.|(?!{mark}).)*{mark}i?", text):
            raise ValueError(f"'{text}' is no substitution; write it as in !^.*$!sip:info@example.test!")


def text_of(rtype: int, data: bytes) -> str:
    """Return the presentation form of *data*. Raises ValueError where it is not of the type's form."""
    try:
        return dns.rdata.from_wire("IN", RdataType.make(rtype), data, 0, len(data)).to_text()
    except Exception as error:  # noqa: BLE001  # as above
        raise ValueError(f"its bytes are not of the type's form: {error}") from None


def number_of(word: str) -> int | None:
    """Return the number of a record type by its name or as `TYPEnnn`; None for those of queries alone."""
    try:
        number = int(RdataType.from_text(word))
    except (UnknownRdatatype, ValueError):
        return None
    return number if number and number not in _QUERIES else None


def _has_form(rtype: int) -> bool:
    """Tell whether records of this type can be read from anything but the generic form."""
    found = dns.rdata.get_rdata_class(dns.rdataclass.IN, RdataType.make(rtype))  # type: ignore[no-untyped-call]
    return found is not dns.rdata.GenericRdata


def _again(token: Token, before: Token | None) -> str:
    """Write *token* as dnspython takes it: other bytes than ASCII as escapes, so that IDNA is not applied."""
    text = "".join(
        char
        if char.isascii()
        else "".join(f"\\{byte:03d}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in token.text
    )
    part_of_word = token.joined and before is not None and before.text.endswith("=")
    written = f'"{text}"' if token.quoted else text
    return written if part_of_word else f" {written}"
