"""`lab run`: replay scenarios, keep the record, print the report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, say


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("report")(report)
