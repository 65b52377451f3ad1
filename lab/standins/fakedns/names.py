"""Domain names as tuples of labels, and their spellings in zone files, logs and packets."""

from __future__ import annotations

from typing import TypeAlias

Name: TypeAlias = tuple[bytes, ...]
"""Labels from left to right; the root is the empty tuple."""

ROOT: Name = ()
LABEL_BYTES = 63
NAME_BYTES = 255
_PLAIN = frozenset(range(33, 127)) - frozenset(b'.\\";@$()')


def parse(text: str, origin: Name | None = None) -> Name:
    """Read *text* as zone files spell names; without a final dot it is relative to *origin*.

    Without an *origin* every name is absolute. Raises ValueError with a sentence for the reader of the file.
    """
    if text == "@" and origin is not None:
        return origin
    if text == ".":
        return ROOT
    labels, absolute = _split(text)
    name = tuple(labels) if absolute or origin is None else (*labels, *origin)
    if wire_length(name) > NAME_BYTES:
        raise ValueError(f"name of {wire_length(name)} bytes; the limit is {NAME_BYTES}")
    return name


def _split(text: str) -> tuple[list[bytes], bool]:
    labels: list[bytes] = []
    label = bytearray()
    position = 0
    absolute = False
    while position < len(text):
        char = text[position]
        absolute = False
        if char == "\\":
            value, position = escaped(text, position)
            label += value
            continue
        position += 1
        if char != ".":
            label += _ascii(char)
            continue
        _add(labels, label, text)
        label = bytearray()
        absolute = True
    if not absolute:
        _add(labels, label, text)
    return labels, absolute


def _add(labels: list[bytes], label: bytearray, text: str) -> None:
    if not label:
        raise ValueError(f"'{text}' has an empty label; remove the extra dot")
    if len(label) > LABEL_BYTES:
        raise ValueError(f"label of {len(label)} bytes; the limit is {LABEL_BYTES}")
    labels.append(bytes(label))


def _ascii(char: str) -> bytes:
    if not char.isascii():
        raise ValueError(f"'{char}' in a name; write the name in its ASCII (xn--) form")
    return char.encode()


def escaped(text: str, position: int) -> tuple[bytes, int]:
    r"""Return the bytes that the escape (`\.`, `\032`) at *position* stands for, and where it ends."""
    rest = text[position + 1 : position + 4]
    if not rest:
        raise ValueError(f"'{text}' ends in a backslash; write two for a literal one")
    if not rest[0].isdigit():
        return rest[0].encode("utf-8", "surrogateescape"), position + 2
    if len(rest) < 3 or not (rest.isascii() and rest.isdigit()) or int(rest) > 255:
        raise ValueError(f"'\\{rest}' is no escape; write a backslash and three digits, 000 to 255")
    return bytes([int(rest)]), position + 4


def lower(name: Name) -> Name:
    """Return *name* in the case in which names are compared (ASCII only, RFC 4343)."""
    return tuple(label.lower() for label in name)


def spell(name: Name) -> str:
    """Return *name* without its final dot, escaped so that `parse` would read it back; the root is `.`."""
    if not name:
        return "."
    return ".".join("".join(_spell_byte(byte) for byte in label) for label in name)


def _spell_byte(byte: int) -> str:
    if byte in _PLAIN:
        return chr(byte)
    return f"\\{chr(byte)}" if 33 <= byte < 127 else f"\\{byte:03d}"


def wire_length(name: Name) -> int:
    return sum(len(label) + 1 for label in name) + 1


def from_wire(wire: bytes) -> Name:
    """Read an uncompressed name that is known to be well formed."""
    labels = []
    position = 0
    while length := wire[position]:
        labels.append(wire[position + 1 : position + 1 + length])
        position += 1 + length
    return tuple(labels)


def to_wire(name: Name) -> bytes:
    return b"".join(bytes([len(label)]) + label for label in name) + b"\0"


def reverse(packed: bytes) -> Name:
    """Return the PTR owner of an IPv4 or IPv6 address given as its bytes."""
    if len(packed) == 4:
        return (*(str(byte).encode() for byte in reversed(packed)), b"in-addr", b"arpa")
    return (*(digit.encode() for digit in reversed(packed.hex())), b"ip6", b"arpa")
