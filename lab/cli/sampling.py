"""What the lab's parts take of the machine while a run goes on, looked up now and then by a thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from lab.cli.wiring import say

if TYPE_CHECKING:
    from lab.cli.wiring import Wired

EVERY = 5.0
"""Seconds. Asking for eleven containers costs the engine 0.1 s."""
PATIENCE = 5.0
"""Seconds that the end of a run waits for a sample under way."""


@contextmanager
def sampled(lab: Wired, path: Path) -> Iterator[None]:
    """Write a sample to *path* every few seconds. What cannot be had ends the sampling, never the run."""
    over = threading.Event()
    sampling = threading.Thread(target=_sample, args=(lab, path, over), daemon=True)
    sampling.start()
    try:
        yield
    finally:
        over.set()
        sampling.join(PATIENCE)


def _sample(lab: Wired, path: Path, over: threading.Event) -> None:
    from lab.errors import LabError

    try:
        with path.open("a", encoding="utf-8") as file:
            while True:
                _take(lab, file)
                if over.wait(EVERY):
                    _take(lab, file)
                    return
    except (OSError, LabError) as error:
        say(f"lab: the report will not say all about memory and processors: {error}")


def _take(lab: Wired, file: TextIO) -> None:
    from lab.report import usage

    parts: dict[str, usage.Part] = {}
    at = lab.host.clock.now()
    for name, container in parts_of(lab):
        if used := lab.host.containers.usage(container):
            parts[name] = usage.Part(round(used.cpu_seconds, 3), used.memory)
    file.write(usage.as_line(usage.Sample(at, parts)) + "\n")
    file.flush()


def parts_of(lab: Wired) -> list[tuple[str, str]]:
    """Return every part of the lab by its name, with its container's."""
    nodes = [(node.name, node.container) for node in lab.topology.cluster.nodes]
    return [*nodes, *((spec.role, spec.name) for spec in lab.topology.containers)]
