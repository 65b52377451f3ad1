"""The parts of the campaign in their order: what only sends comes first, what breaks the lab last."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from tests.hostile import probes, replies, shots
from tests.hostile.checks import Result, summary
from tests.hostile.places import Ground
from tests.hostile.tripwire import Tripwire, strung

__all__ = ["PARTS", "run", "summary"]

Part = Callable[[Ground, Tripwire], list[Result]]


def _probes(ground: Ground, wire: Tripwire) -> list[Result]:
    return shots.shoot(ground, wire, probes.probes(), patient=True)


PARTS: dict[str, Part] = {"twins": replies.twins, "probes": _probes, "replies": replies.replies}


def run(name: str, parts: Sequence[str]) -> list[Result]:
    """Attack the lab called *name* and return what held. Its pods and the watcher go whatever happens."""
    ground = Ground.of(name)
    results: list[Result] = []
    ground.start()
    try:
        ground.start_pods()
        with strung(ground) as wire:
            for part in parts:
                start = time.monotonic()
                results += PARTS[part](ground, wire)
                print(f"{part}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
    finally:
        ground.stop_pods()
        ground.stop_tool()
    return results
