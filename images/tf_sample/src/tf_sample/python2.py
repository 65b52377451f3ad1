"""How Python 2.7 (64 bits) writes what it read from JSON: u'' strings, dicts in the order of its hash table.

Facts: CPython 2.7, Objects/stringobject.c (string_hash) and Objects/dictobject.c (lookdict, dictresize).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

WORD = (1 << 64) - 1
FIRST_SLOTS = 8
LONG_FROM = 1 << 63


def written(value: object) -> str:
    """Give Python 2's repr of *value*, which `json.loads` has made."""
    if isinstance(value, Mapping):
        pairs = (f"{written(key)}: {written(value[key])}" for key in ordered(value))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(it) for it in value) + "]"
    if isinstance(value, str):
        return "u" + _quoted(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -LONG_FROM <= value < LONG_FROM:
        return f"{value}L"
    return repr(value)


def ordered(keys: Iterable[str]) -> list[str]:
    """Give *keys* in the order in which a Python 2 dict, filled in the given order, holds them."""
    slots: list[str | None] = [None] * FIRST_SLOTS
    for used, key in enumerate(keys, 1):
        slots[_free_slot(slots, key)] = key
        if used * 3 >= len(slots) * 2:
            slots = _grown(slots, 4 * used)
    return [key for key in slots if key is not None]


def string_hash(text: str) -> int:
    """Give Python 2's hash of *text*, as an unsigned word; the same for str and for unicode."""
    if not text:
        return 0
    value = ord(text[0]) << 7
    for letter in text:
        value = (1000003 * value & WORD) ^ ord(letter)
    value ^= len(text)
    return WORD - 1 if value == WORD else value  # -1 is kept for errors


def _free_slot(slots: list[str | None], key: str) -> int:
    mask, perturb = len(slots) - 1, string_hash(key)
    at = perturb & mask
    while slots[at & mask] is not None:
        at = 5 * at + perturb + 1
        perturb >>= 5
    return at & mask


def _grown(slots: list[str | None], least: int) -> list[str | None]:
    size = FIRST_SLOTS
    while size <= least:
        size *= 2
    grown: list[str | None] = [None] * size
    for key in slots:
        if key is not None:
            grown[_free_slot(grown, key)] = key
    return grown


def _quoted(text: str) -> str:
    quote = '"' if "'" in text and '"' not in text else "'"
    named = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", quote: "\\" + quote}
    return quote + "".join(named.get(letter) or _escaped(letter) for letter in text) + quote


def _escaped(letter: str) -> str:
    code = ord(letter)
    if 0x20 <= code < 0x7F:
        return letter
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
