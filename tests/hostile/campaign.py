"""The parts of the campaign in their order: what only sends comes first, what breaks the lab last."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from tests.hostile import (
    leaks,
    names,
    networks,
    people,
    probes,
    repair,
    replies,
    restarts,
    shots,
    strangers,
    sweeps,
    tamper,
)
from tests.hostile.checks import Result, summary
from tests.hostile.places import Ground
from tests.hostile.tripwire import Tripwire, strung

__all__ = ["PARTS", "run", "summary"]

Part = Callable[[Ground, Tripwire], list[Result]]


def _probes(ground: Ground, wire: Tripwire) -> list[Result]:
    return shots.shoot(ground, wire, probes.probes(), patient=True)


PARTS: dict[str, Part] = {
    "twins": replies.twins,
    "probes": _probes,
    "replies": replies.replies,
    "forged": names.forged,
    "people": people.people,
    "texts": names.texts,
    "sweeps": sweeps.sweeps,
    "leaks": leaks.leaks,
    "tampering": tamper.tampering,
    "stranger": strangers.stranger,
    "restarts": restarts.restarts,
    "networks": networks.networks,
    "repair": repair.repair,
    "down": strangers.down,
}
KIND_OF = {
    "twins": "twin",
    "probes": "A1",
    "replies": "A2",
    "forged": "A5",
    "people": "A6",
    "texts": "A12",
    "sweeps": "A7",
}
KIND_OF |= {"leaks": "A9", "tampering": "A8", "stranger": "A11", "restarts": "A11", "networks": "A4"}
KIND_OF |= {"repair": "A3", "down": "A11"}


def _whole(part: str, ground: Ground, wire: Tripwire) -> list[Result]:
    """A part that cannot be carried out is a check that does not hold; the others still have their turn."""
    try:
        return PARTS[part](ground, wire)
    except (AssertionError, ValueError, KeyError, OSError, subprocess.SubprocessError) as error:
        return [
            Result(KIND_OF[part], f"the part {part!r} is carried out", f"{type(error).__name__}: {error}")
        ]


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
                found = _whole(part, ground, wire)
                results += found
                took = f"{part}: {sum(one.holds for one in found)} of {len(found)}, {time.monotonic() - start:.0f} s"
                wrong = [f"  {one.name}: {one.wrong}" for one in found if not one.holds]
                print(took, *wrong, sep="\n", file=sys.stderr, flush=True)  # noqa: T201
    finally:
        ground.stop_pods()
        ground.stop_tool()
    return results
