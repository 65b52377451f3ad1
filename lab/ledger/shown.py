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

from lab.ledger.entries import Entry, Ledger
from lab.spec.readback import read_back

HEADINGS = ("WHO", "WANTED", "KIND", "HOW", "COUNT", "FIRST", "LAST", "STEP")
NARROW = frozenset({"KIND", "COUNT", "FIRST", "LAST"})
"""Columns that are never folded."""

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


def as_json(ledger: Ledger) -> str:
    """Return every entry, the lab's own doing marked."""
    return (
        json.dumps({"entries": [_full(entry) for entry in ledger.entries]}, indent=1, default=_plain) + "\n"
    )


def parse(text: str, source: str) -> Ledger:
    """Read what `as_json` wrote. Raises SpecError."""
    return read_back(_LEDGER, text, source, "a ledger")


def _content(ledger: Ledger, *, infrastructure: bool) -> tuple[list[Sequence[str]], list[str]]:
    """Return the rows, headings first (none where nothing was wanted), and what is said below them."""
    entries = ledger.entries if infrastructure else ledger.wanted
    hidden = len(ledger.entries) - len(entries)
    rows = [HEADINGS, *(_row(entry) for entry in entries)] if entries else []
    if not any(row[-1] for row in rows[1:]):
        rows = [row[:-1] for row in rows]
    notes = [] if entries else ["nothing was wanted from outside"]
    notes += sorted({f"({entry.note})" for entry in entries if entry.note})
    if hidden:
        notes.append(f"({hidden} more of the lab's own infrastructure)")
    return rows, notes


def _full(entry: Entry) -> dict[str, object]:
    fields = asdict(entry)
    return {**fields, "note": entry.note} if entry.note else fields


def _row(entry: Entry) -> Sequence[str]:
    kind = f"LEAK {entry.kind}" if entry.leaked else str(entry.kind)
    kind = f"bare {kind}" if entry.note else kind
    return (
        entry.who,
        entry.what,
        kind,
        ",".join(entry.details),
        str(entry.count),
        _clock(entry.first),
        _clock(entry.last),
        entry.step,
    )


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M:%S")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
