"""Long texts cut to what a page can carry: a step's output, and the document's lines beside it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.report.plain import plain
from lab.spec.scenario import Lines

AT_ONCE = 14
"""Lines of an output that are seen without unfolding; a few more are not worth folding."""
MOST = 200
"""Lines of an output that the page holds at all; the journal has what is left out."""
WIDEST = 600
"""Characters of one line."""
MOST_OF_DOCUMENT = 120
FENCES = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Shown:
    """An output as the page has it: what is seen at once, and what is folded away."""

    head: str
    rest: str = ""
    folded: int = 0
    """Lines of *rest*."""


def shortened(text: str) -> Shown:
    lines = [_narrow(line) for line in plain(text).strip("\n").rstrip().split("\n")]
    if (surplus := len(lines) - MOST) > 0:
        half = MOST // 2
        lines = [*lines[:half], f"(... {surplus} lines are left out here ...)", *lines[-half:]]
    if len(lines) <= AT_ONCE + 4:
        return Shown("\n".join(lines))
    rest = lines[AT_ONCE:]
    return Shown("\n".join(lines[:AT_ONCE]), "\n".join(rest), len(rest))


def excerpt(document: Sequence[str], ranges: Sequence[Lines]) -> tuple[tuple[int, str], ...]:
    """Return the numbered lines of *ranges*, without the fences around them and what is beyond the end."""
    numbers = [
        number
        for one in ranges
        for number in range(one.first, min(one.last, len(document), one.first + MOST_OF_DOCUMENT) + 1)
    ]
    lines = [(number, _narrow(plain(document[number - 1]))) for number in numbers]
    return tuple(line for line in lines if not line[1].startswith(FENCES))[:MOST_OF_DOCUMENT]


def _narrow(line: str) -> str:
    return line if len(line) <= WIDEST else f"{line[:WIDEST]} (... {len(line) - WIDEST} more characters)"
