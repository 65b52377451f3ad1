"""The examination as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from lab.doctor.row import Row, State, sound

STYLES = {State.OK: "green", State.WARN: "yellow", State.MISSING: "bold red"}


def as_table(rows: Sequence[Row]) -> Group:
    """Return one line a row, then what to do about those that are not ok."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("what", "state", "found", "needed"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        style = STYLES[row.state]
        table.add_row(
            Text(row.what), Text(row.state, style=style), Text(row.found), Text(row.needed, style="dim")
        )
    advice = [
        Text.assemble("\n", (row.state, STYLES[row.state]), f": {row.what}: {row.found}\n  {row.mend}")
        for row in rows
        if row.state is not State.OK and row.mend
    ]
    return Group(table, *advice)


def as_json(rows: Sequence[Row]) -> str:
    """Return `{"ok": bool, "rows": [...]}`; `mend` is empty where nothing is to be done."""
    plain = [
        {"what": row.what, "state": row.state, "found": row.found, "needed": row.needed, "mend": row.mend}
        for row in rows
    ]
    return json.dumps({"ok": sound(rows), "rows": plain}, indent=2)
