"""The original's command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from operators import goflags


@dataclass(frozen=True, slots=True)
class Flags:
    """What the stand-in heeds; the rest of the flags are taken and mean nothing."""

    config_file: Path | None
    version: bool
    json_log: bool


def read_flags(argv: Sequence[str]) -> Flags:
    """Read the command line. An unknown flag ends the process with code 2, as in Go."""
    parser = goflags.parser("pytorch-operator")
    goflags.add_value(parser, "controller-config-file", "")
    goflags.add_value(parser, "chaos-level", "-1")
    goflags.add_value(parser, "gc-interval", "10m")
    goflags.add_bool(parser, "version", default=False)
    goflags.add_bool(parser, "json-log-format", default=True)
    found = parser.parse_args(argv)
    file: str = found.controller_config_file
    return Flags(
        config_file=Path(file) if file else None, version=found.version, json_log=found.json_log_format
    )
