"""The ledger as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from lab.ledger.entries import Entry, Ledger

HEADINGS = ("WHO", "WANTED", "KIND", "HOW", "COUNT", "FIRST", "LAST", "STEP")


def as_table(ledger: Ledger, *, infrastructure: bool = False) -> str:
    """Return aligned columns; the lab's own doing only where asked for, else its number below."""
    entries = ledger.entries if infrastructure else ledger.wanted
    hidden = len(ledger.entries) - len(entries)
    lines = [] if entries else ["nothing was wanted from outside"]
    if entries:
        rows = [HEADINGS, *(_row(entry) for entry in entries)]
        if not any(row[-1] for row in rows[1:]):
            rows = [row[:-1] for row in rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    if hidden:
        lines.append(f"({hidden} more of the lab's own infrastructure)")
    return "\n".join(lines) + "\n"


def as_json(ledger: Ledger) -> str:
    """Return every entry, the lab's own doing marked."""
    return (
        json.dumps({"entries": [asdict(entry) for entry in ledger.entries]}, indent=1, default=_plain) + "\n"
    )


def _row(entry: Entry) -> Sequence[str]:
    kind = f"LEAK {entry.kind}" if entry.leaked else str(entry.kind)
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
