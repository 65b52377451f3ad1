"""What a measurement gives: rows of a table, and the doors that all of them use."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. *theirs* None: *ours* itself is held against the bar. *bar* None: told, not held."""

    what: str
    ours: float
    unit: str
    bar: float | None
    theirs: float | None = None
    at_most: bool = True

    @property
    def figure(self) -> float:
        return self.ours if self.theirs is None else self.ours / self.theirs

    @property
    def holds(self) -> bool:
        if self.bar is None:
            return True
        return self.figure <= self.bar if self.at_most else self.figure >= self.bar

    def __str__(self) -> str:
        theirs = "" if self.theirs is None else f"{self.theirs:10.2f}"
        ratio = "" if self.theirs is None else f"{self.figure:6.2f}"
        bar = "" if self.bar is None else f"{'<=' if self.at_most else '>='} {self.bar:g}"
        word = "" if self.bar is None else "holds" if self.holds else "MISSED"
        return f"{self.what:<58} {self.ours:10.2f} {theirs:>10} {self.unit:<9} {ratio:>6}  {bar:<8} {word}"


def say(line: str) -> None:
    """Talk while measuring: stderr, since the table is the product."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201


def run(*argv: str, timeout: float = 900, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a program; return its stdout. Raises CalledProcessError, with what it said on stderr shown."""
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=timeout, env=env, cwd=cwd, check=False
    )
    if done.returncode:
        say(done.stdout[-2000:] + done.stderr[-2000:])
        done.check_returncode()
    return done.stdout


def timed(work: Callable[[], object]) -> float:
    start = time.monotonic()
    work()
    return time.monotonic() - start


def median(figures: Sequence[float]) -> float:
    return statistics.median(figures)
