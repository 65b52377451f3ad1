"""The original's command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from operators import goflags


@dataclass(frozen=True, slots=True)
class Flags:
    """What the stand-in heeds; the rest of the flags are taken and mean nothing."""

    version: bool
    json_log: bool


def read_flags(argv: Sequence[str]) -> Flags:
    """Read the command line. An unknown flag ends the process with code 2, as in Go."""
    parser = goflags.parser("tf-operator.v2")
    goflags.add_value(parser, "master", "")
    goflags.add_value(parser, "threadiness", "1")
    goflags.add_bool(parser, "version", default=False)
    goflags.add_bool(parser, "json-log-format", default=False)
    found = parser.parse_args(argv)
    return Flags(version=found.version, json_log=found.json_log_format)
