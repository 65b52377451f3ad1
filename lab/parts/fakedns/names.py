"""Names as tuples of labels, and their spellings in zone files and logs; in packets dnslib has them.

dnslib reads a spelling by IDNA and knows no escaped dot, so what a zone file says is read here.
"""

from __future__ import annotations

import re
from typing import TypeAlias

Name: TypeAlias = tuple[bytes, ...]
"""Labels from left to right; the root is the empty tuple."""

LABEL_BYTES = 63
NAME_BYTES = 255
_LABEL = re.compile(r"(?:\\.|[^.\\]|\\\Z)*", re.DOTALL)
_ESCAPE = re.compile(rb"\\(\d.{0,2}|.?)", re.DOTALL)
_PLAIN = frozenset(range(33, 127)) - frozenset(b'.\\";@$()')
_ENDS = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HOST = _ENDS | frozenset(b"-")


def parse(text: str, origin: Name | None = None) -> Name:
    """Read *text* as zone files spell names; without a final dot it is relative to *origin*.

    Without an *origin* every name is absolute. Raises ValueError with a sentence for the reader of the file.
    """
    if text == "@" and origin is not None:
        return origin
    if text == ".":
        return ()
    labels: list[bytes] = []
    at = 0
    while at < max(len(text), 1):
        found = _LABEL.match(text, at)
        assert found is not None  # it matches nothing at all, too
        labels.append(_label(found.group(), text))
        at = found.end() + 1
    absolute = at == len(text)
    name = tuple(labels) if absolute or origin is None else (*labels, *origin)
    length = sum(len(label) + 1 for label in name) + 1
    if length > NAME_BYTES:
        raise ValueError(f"name of {length} bytes; the limit is {NAME_BYTES}")
    return name


def _label(spelled: str, text: str) -> bytes:
    if not spelled:
        raise ValueError(f"'{text}' has an empty label; remove the extra dot")
    label = unescape(spelled)
    if len(label) > LABEL_BYTES:
        raise ValueError(f"label of {len(label)} bytes; the limit is {LABEL_BYTES}")
    return label


def unescape(text: str) -> bytes:
    r"""Return the bytes that *text* stands for, its escapes (`\.`, `\032`) resolved. Raises ValueError."""

    def meant(found: re.Match[bytes]) -> bytes:
        seen = found[1]
        if not seen:
            raise ValueError(f"'{text}' ends in a backslash; write two for a literal one")
        if not seen[:1].isdigit():
            return seen
        if len(seen) < 3 or not seen.isdigit() or int(seen) > 255:
            spelled = seen.decode(errors="replace")
            raise ValueError(f"'\\{spelled}' is no escape; write a backslash and three digits, 000 to 255")
        return bytes([int(seen)])

    return _ESCAPE.sub(meant, text.encode("utf-8", "surrogateescape"))


def lower(name: Name) -> Name:
    """Return *name* in the case in which names are compared (ASCII only, RFC 4343)."""
    return tuple(label.lower() for label in name)


def is_host(name: Name, *, wildcard: bool = False) -> bool:
    """Tell whether *name* may be a host's (RFC 1123): letters, digits and inner hyphens; the root may be."""
    if wildcard and name[:1] == (b"*",):
        name = name[1:]
    return all(label[0] in _ENDS and label[-1] in _ENDS and _HOST.issuperset(label) for label in name)


def is_mailbox(name: Name) -> bool:
    """Tell whether *name* may be a mailbox: its first label any visible characters, the rest a host."""
    return all(33 <= byte < 127 for byte in b"".join(name[:1])) and is_host(name[1:])


def spell(name: Name) -> str:
    """Return *name* without its final dot, escaped so that `parse` would read it back; the root is `.`."""
    return ".".join("".join(map(_spell_byte, label)) for label in name) or "."


def _spell_byte(byte: int) -> str:
    if byte in _PLAIN:
        return chr(byte)
    return f"\\{chr(byte)}" if 33 <= byte < 127 else f"\\{byte:03d}"
