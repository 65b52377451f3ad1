"""`$GENERATE`: one line of a zone file that stands for many, as BIND reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_RANGE = re.compile(r"(\d+)-(\d+)(?:/(\d+))?", re.ASCII)
_PLACE = re.compile(r"\\(?P<kept>.)|\$(?P<dollar>\$)|\$\{(?P<form>[^}]*)(?P<close>\}?)|\$", re.DOTALL)
_FORM = re.compile(r"([+-]?\d+)(?:,(\d+)(?:,([doxXnN]))?)?", re.ASCII)
WIDTH_LIMIT = 255


def numbers(text: str) -> range:
    """Read `START-STOP` or `START-STOP/STEP`. Raises ValueError."""
    found = _RANGE.fullmatch(text)
    first, last, step = (int(number or 1) for number in found.groups()) if found else (1, 0, 1)
    if first > last or not step:
        raise ValueError(
            f"$GENERATE over '{text}'; write a range as in 1-20 or 0-100/10, the lower number first"
        )
    return range(first, last + 1, step)


def spelled(template: str, number: int) -> str:
    r"""Put *number* in the places of *template*: `$` and `${OFFSET,WIDTH,BASE}`. Raises ValueError.

    `$$` and `\$` are a dollar sign.
    """

    def meant(found: re.Match[str]) -> str:
        if found["kept"] is not None:
            return found[0]
        if found["dollar"] is not None:
            return "$"
        if found["form"] is None:
            return str(number)
        form = _FORM.fullmatch(found["form"])
        if form is None or not found["close"]:
            raise ValueError(
                f"'{found[0]}' in $GENERATE; write ${{offset,width,base}}, the base one of d, o, x, X, n, N"
            )
        width = int(form[2] or 0)
        if width > WIDTH_LIMIT:
            raise ValueError(f"'{found[0]}' in $GENERATE is wider than {WIDTH_LIMIT}")
        return _written(number + int(form[1]), width, form[3] or "d")

    return _PLACE.sub(meant, template)


def _written(value: int, width: int, base: str) -> str:
    if base in "nN":
        return ".".join(_nibbles(value & 0xFFFFFFFF, width, "x" if base == "n" else "X"))
    return f"{value if base == 'd' else value & 0xFFFFFFFF:0{width}{base}}"


def _nibbles(value: int, width: int, digit: str) -> Iterator[str]:
    """Yield the digits from the lowest, for ip6.arpa; *width* counts the dots between them, too."""
    while True:
        yield f"{value & 0xF:{digit}}"
        value >>= 4
        width -= 2
        if value == 0 and width < 0:
            return
        if value == 0 and width == 0:
            yield ""
            return
