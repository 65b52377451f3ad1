"""The ledger as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pydantic import TypeAdapter
from rich.console import Group
from rich.table import Table
from rich.text import Text

from lab.ledger.entries import Entry, Fate, Ledger
from lab.spec.readback import read_back
from lab.spec.visible import visible

HEADINGS = ("WHO", "WANTED", "KIND", "HOW", "COUNT", "FIRST", "LAST", "STEP")
NARROW = frozenset({"KIND", "COUNT", "FIRST", "LAST"})
"""Columns that are never folded."""
DETAILS = 6
"""More of them are in the JSON."""

_LEDGER: TypeAdapter[Ledger] = TypeAdapter(Ledger)


def as_table(ledger: Ledger, *, infrastructure: bool = False) -> str:
    """Return aligned columns; the lab's own doing only where asked for, else its number below."""
    rows, notes = _content(ledger, infrastructure=infrastructure)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, *notes]) + "\n"


def as_grid(ledger: Ledger) -> Group:
    """Return the same for a terminal, where what is too long is folded within its column."""
    rows, notes = _content(ledger, infrastructure=False)
    grid = Table(box=None, pad_edge=False, show_header=bool(rows), header_style="bold")
    for heading in rows[0] if rows else ():
        grid.add_column(heading, overflow="fold", no_wrap=heading in NARROW)
    for row in rows[1:]:
        grid.add_row(*map(Text, row))
    return Group(*([grid] if rows else []), *map(Text, notes))


def as_line(entry: Entry) -> str:
    """Return an entry as `--follow` prints it."""
    kind = "" if entry.fate is Fate.REFUSED else _kind(entry)
    parts = (clock(entry.first), entry.who, entry.what, kind, entry.step)
    return "  ".join(visible(part) for part in parts if part)


def as_json(ledger: Ledger) -> str:
    """Return every entry, the lab's own doing marked."""
    whole = {
        "entries": [_full(entry) for entry in ledger.entries],
        "gaps": [asdict(gap) for gap in ledger.gaps],
    }
    return json.dumps(whole, indent=1, default=_plain) + "\n"


def parse(text: str, source: str) -> Ledger:
    """Read what `as_json` wrote. Raises SpecError."""
    return read_back(_LEDGER, text, source, "a ledger")


def _content(ledger: Ledger, *, infrastructure: bool) -> tuple[list[Sequence[str]], list[str]]:
    """Return the rows, headings first (none where nothing was wanted), and what is said below them."""
    entries = ledger.entries if infrastructure else ledger.wanted
    hidden = len(ledger.entries) - len(entries)
    rows = [HEADINGS, *(row(entry) for entry in entries)] if entries else []
    if not any(row[-1] for row in rows[1:]):
        rows = [row[:-1] for row in rows]
    notes = [] if entries else ["nothing was wanted from outside"]
    notes += sorted({f"({entry.note})" for entry in entries if entry.note})
    if hidden:
        notes.append(f"({hidden} more of the lab's own infrastructure)")
    return rows, notes + incomplete(ledger)


def incomplete(ledger: Ledger) -> list[str]:
    """Say what the ledger does not have, a line for each kind."""
    return [visible(f"incomplete since {clock(gap.since)}: {gap.count} {gap.what}") for gap in ledger.gaps]


def _full(entry: Entry) -> dict[str, object]:
    fields = asdict(entry)
    return {**fields, "note": entry.note} if entry.note else fields


def row(entry: Entry) -> Sequence[str]:
    """Return a row's cells, fit for a terminal: names and URLs are whatever somebody inside chose."""
    cells = (
        entry.who,
        entry.what,
        _kind(entry),
        _details(entry.details),
        str(entry.count),
        clock(entry.first),
        clock(entry.last),
        entry.step,
    )
    return tuple(map(visible, cells))


def _kind(entry: Entry) -> str:
    if entry.leaked:
        return f"{'leak, known' if entry.acknowledged else 'LEAK'} {entry.kind}"
    if entry.fate is not Fate.REFUSED:
        return f"{entry.fate} {entry.kind}"
    return f"bare {entry.kind}" if entry.note else str(entry.kind)


def _details(details: Sequence[str]) -> str:
    more = f",and {len(details) - DETAILS} more" if len(details) > DETAILS else ""
    return ",".join(details[:DETAILS]) + more


def clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M:%S")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
