"""What the scenario engine costs: forty steps of `true` against the same forty `docker exec` in one script."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import ground
from tests.bench.row import Row, median, run, say, timed

STEPS = 40
ROUNDS = 5
REST_SECONDS = 60
"""A cluster that is just up still starts its own pods, which takes processors from either side by chance."""


def measure() -> Sequence[Row]:
    with ground.lab_of_own() as lab, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scenario, script = folder / "forty.yaml", folder / "forty.sh"
        steps = "".join(f"  - name: step {number}\n    run: 'true'\n" for number in range(STEPS))
        scenario.write_text(f"name: forty\nsteps:\n{steps}")
        command = f"docker exec {lab.topology.workstation.name} bash -c true\n"
        script.write_text(f"set -e\n{command * STEPS}")
        # The run folder goes with the measurement; what `lab up` keeps there is not needed to run.
        env = {**os.environ, "XDG_STATE_HOME": name}
        replay = (sys.executable, "-m", "lab", "run", "--name", ground.LAB, str(scenario))
        time.sleep(REST_SECONDS)
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(ROUNDS):
            ours.append(timed(lambda: run(*replay, env=env)))
            theirs.append(timed(lambda: run("bash", str(script))))
            say(f"steps {number + 1}: lab run {ours[-1]:.2f} s, script {theirs[-1]:.2f} s")
    return [Row(f"`lab run` of {STEPS} steps / one script", median(ours), "s", 1.2, median(theirs))]
