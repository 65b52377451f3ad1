"""The examination as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from lab.doctor.check import Check, State, sound

STYLES = {State.OK: "green", State.WARN: "yellow", State.MISSING: "bold red"}


def as_table(checks: Sequence[Check]) -> Group:
    """Return one line a check, then what to do about those that are not ok."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("what", "state", "found", "needed"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        style = STYLES[check.state]
        table.add_row(
            Text(check.what),
            Text(check.state, style=style),
            Text(check.found),
            Text(check.needed, style="dim"),
        )
    advice = [
        Text.assemble(
            "\n", (check.state, STYLES[check.state]), f": {check.what}: {check.found}\n  {check.mend}"
        )
        for check in checks
        if check.state is not State.OK and check.mend
    ]
    return Group(table, *advice)


def as_json(checks: Sequence[Check]) -> str:
    """Return `{"ok": bool, "rows": [...]}`; `mend` is empty where nothing is to be done."""
    plain = [
        {
            "what": check.what,
            "state": check.state,
            "found": check.found,
            "needed": check.needed,
            "mend": check.mend,
        }
        for check in checks
    ]
    return json.dumps({"ok": sound(checks), "rows": plain}, indent=2)
