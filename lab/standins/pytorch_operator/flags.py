"""The original's command line: Go flags, so one dash does as well as two, and a bool needs no value."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

GLOG_BOOLS = ("alsologtostderr", "logtostderr")
GLOG_VALUES = ("log_backtrace_at", "log_dir", "stderrthreshold", "vmodule", "v")


@dataclass(frozen=True, slots=True)
class Flags:
    """What the stand-in heeds; the rest of the flags are taken and mean nothing."""

    config_file: Path | None
    version: bool
    json_log: bool


def read_flags(argv: Sequence[str]) -> Flags:
    """Read the command line. An unknown flag ends the process with code 2, as in Go."""
    parser = argparse.ArgumentParser(prog="pytorch-operator", allow_abbrev=False)
    _value(parser, "controller-config-file", "")
    _value(parser, "chaos-level", "-1")
    _value(parser, "gc-interval", "10m")
    for name in GLOG_VALUES:
        _value(parser, name, "")
    for name in GLOG_BOOLS:
        _bool(parser, name, default=False)
    _bool(parser, "version", default=False)
    _bool(parser, "json-log-format", default=True)
    found = parser.parse_args(argv)
    file: str = found.controller_config_file
    return Flags(
        config_file=Path(file) if file else None, version=found.version, json_log=found.json_log_format
    )


def _value(parser: argparse.ArgumentParser, name: str, default: str) -> None:
    parser.add_argument(f"--{name}", f"-{name}", default=default)


def _bool(parser: argparse.ArgumentParser, name: str, *, default: bool) -> None:
    parser.add_argument(f"--{name}", f"-{name}", nargs="?", type=_truth, const=True, default=default)


def _truth(text: str) -> bool:
    truths = dict.fromkeys(("1", "t", "true"), True) | dict.fromkeys(("0", "f", "false"), False)
    if text.lower() not in truths:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return truths[text.lower()]
