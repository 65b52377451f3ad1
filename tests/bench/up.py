"""`lab up` with every image there, against plain `kind create cluster` of the same node image, nodes Ready."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench import ground
from tests.bench.row import Row, median, say, timed

ROUNDS = 3


def measure() -> Sequence[Row]:
    ours: list[float] = []
    theirs: list[float] = []
    with ground.kind_network():
        for number in range(ROUNDS):
            ground.lab_down()
            ground.pause()
            try:
                ours.append(timed(ground.lab_up))
                configuration = (ground.wiring.state_folder(ground.LAB) / "kind.yaml").read_text()
            finally:
                ground.lab_down()
            ground.pause()
            theirs.append(ground.kind_up(ground.plain_configuration(configuration)))
            say(f"up {number + 1}: lab {ours[-1]:.1f} s, kind {theirs[-1]:.1f} s")
    return [Row("`lab up` / `kind create cluster`", median(ours), "s", 1.5, median(theirs))]
