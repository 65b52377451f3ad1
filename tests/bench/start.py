"""What `lab --help` takes of the CPU."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence

from tests.bench.row import Row, median, run

ROUNDS = 9


def measure() -> Sequence[Row]:
    run(sys.executable, "-m", "lab", "--help")
    figures = []
    for _ in range(ROUNDS):
        before = _children()
        run(sys.executable, "-m", "lab", "--help")
        figures.append(1000 * (_children() - before))
    return [Row("`lab --help`, CPU", median(figures), "ms", 300)]


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
