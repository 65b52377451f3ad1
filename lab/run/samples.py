"""What the lab's parts use of the machine during a run; a thread asks the engine every few seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from lab.errors import LabError
from lab.host.lab import Lab
from lab.report import usage
from lab.run.folder import USAGE, RunFolder

EVERY = 5.0
"""Seconds. Asking for eleven containers costs the engine 0.1 s."""
PATIENCE = 5.0
"""Seconds that the end of a run waits for a sample under way."""


@contextmanager
def sampled(lab: Lab, folder: RunFolder, say: Callable[[str], None]) -> Iterator[None]:
    """Append a sample every few seconds. An error ends the sampling, never the run."""
    over = threading.Event()
    sampling = threading.Thread(target=_sample, args=(lab, folder, over, say), daemon=True)
    sampling.start()
    try:
        yield
    finally:
        over.set()
        sampling.join(PATIENCE)


def _sample(lab: Lab, folder: RunFolder, over: threading.Event, say: Callable[[str], None]) -> None:
    try:
        with (folder.path / USAGE).open("a", encoding="utf-8") as file:
            while True:
                _take(lab, file)
                if over.wait(EVERY):
                    _take(lab, file)
                    return
    except (OSError, LabError) as error:
        say(f"lab: the report will not say all about memory and processors: {error}")


def _take(lab: Lab, file: TextIO) -> None:
    parts: dict[str, usage.Part] = {}
    at = lab.host.clock.now()
    for name, container in _containers(lab):
        if used := lab.host.containers.usage(container):
            parts[name] = usage.Part(round(used.cpu_seconds, 3), used.memory)
    file.write(usage.as_line(usage.Sample(at, parts)) + "\n")
    file.flush()


def _containers(lab: Lab) -> list[tuple[str, str]]:
    """Return every part of the lab by its name, with its container's."""
    nodes = [(node.name, node.container) for node in lab.topology.cluster.nodes]
    return [*nodes, *((spec.role, spec.name) for spec in lab.topology.containers)]
