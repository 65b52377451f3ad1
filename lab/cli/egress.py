"""`lab egress`: the ledger of what was wanted from outside and not had."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name


def register(app: typer.Typer) -> None:
    app.command("egress")(egress)


def egress(
    name: Name = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
    since: Annotated[
        datetime | None, typer.Option(help="Only what was wanted after this time (UTC).")
    ] = None,
) -> None:
    """Print everything that was wanted from outside and not had: by whom, what, how often."""
    from lab import ledger

    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    found = ledger.read(lab.topology, lab.host, since=since)
    if sys.stdout.isatty() and not as_json:
        wiring.show(ledger.as_grid(found))
    else:
        print((ledger.as_json if as_json else ledger.as_table)(found), end="")
