"""Command lines of Go programs: one dash does as well as two, and a bool needs no value."""

from __future__ import annotations

import argparse

GLOG_BOOLS = ("alsologtostderr", "logtostderr")
GLOG_VALUES = ("log_backtrace_at", "log_dir", "stderrthreshold", "vmodule", "v")


def parser(program: str) -> argparse.ArgumentParser:
    """Give a parser that takes glog's flags. An unknown flag ends the process with code 2, as in Go."""
    made = argparse.ArgumentParser(prog=program, allow_abbrev=False)
    for name in GLOG_VALUES:
        add_value(made, name, "")
    for name in GLOG_BOOLS:
        add_bool(made, name, default=False)
    return made


def add_value(to: argparse.ArgumentParser, name: str, default: str) -> None:
    to.add_argument(f"--{name}", f"-{name}", default=default)


def add_bool(to: argparse.ArgumentParser, name: str, *, default: bool) -> None:
    to.add_argument(f"--{name}", f"-{name}", nargs="?", type=_truth, const=True, default=default)


def _truth(text: str) -> bool:
    truths = dict.fromkeys(("1", "t", "true"), True) | dict.fromkeys(("0", "f", "false"), False)
    if text.lower() not in truths:
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return truths[text.lower()]
