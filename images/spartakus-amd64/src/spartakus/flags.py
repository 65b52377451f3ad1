"""The command line: `volunteer --cluster-id=... --database=...`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

EVERY_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Settings:
    cluster: str
    database: str
    """A URL; reports go to `/api/v1` below it."""
    seconds: float
    """Between two reports."""


def read(argv: Sequence[str]) -> Settings:
    """Read *argv*; ends the program with a line on stderr where it is not understood."""
    parser = argparse.ArgumentParser(prog="spartakus", allow_abbrev=False)
    volunteer = parser.add_subparsers(required=True).add_parser("volunteer", allow_abbrev=False)
    volunteer.add_argument("--cluster-id", required=True)
    volunteer.add_argument("--database", required=True)
    volunteer.add_argument("--period", type=float, default=EVERY_HOURS, help="hours between two reports")
    found = parser.parse_args(argv)
    return Settings(found.cluster_id, found.database.rstrip("/"), found.period * 3600)
