"""The exports that a scenario needs: read and checked, then in force on the site's NFS server."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from lab.errors import LabError, SpecError
from lab.host import Host
from lab.spec.exports import CHECK_COMMAND, EXPORTS_FILE, apply_command, warnings
from lab.spec.reading import read_exports
from lab.spec.scenario import Needs, Scenario
from lab.spec.topology import Topology

log = logging.getLogger(__name__)

APPLY_SECONDS, ASK_SECONDS = 60, 10


def check_files(scenarios: Sequence[Scenario]) -> None:
    """Report every problem of every exports file, and say what is odd. Raises SpecError."""
    problems: list[str] = []
    for scenario in scenarios:
        folder = Path(scenario.source).parent
        try:
            text = read(scenario.needs, folder)
        except SpecError as error:
            problems += error.problems
            continue
        if text is not None:
            for warning in warnings(text):
                log.warning("%s:%s", folder / str(scenario.needs.exports), warning)
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))


def read(needs: Needs, folder: Path) -> str | None:
    """Return the text of the file that is needed. Raises SpecError."""
    return None if needs.exports is None else read_exports(folder / needs.exports)


def have(text: str | None, topology: Topology, host: Host) -> None:
    """Have *text* in force on the server; without one, what the lab was made with. Raises LabError."""
    wanted = topology.nfs.files[EXPORTS_FILE].decode() if text is None else text
    there, held = (
        host.containers.exec(topology.nfs.name, command, timeout=ASK_SECONDS)
        for command in (("cat", EXPORTS_FILE), CHECK_COMMAND)
    )
    if there.ok and there.stdout == wanted and held.ok:
        return
    host.containers.put(topology.nfs.name, {EXPORTS_FILE: wanted.encode()})
    applied = host.containers.exec(topology.nfs.name, apply_command(wanted), timeout=APPLY_SECONDS)
    if not applied.ok:
        raise LabError(f"needs: exports: not all of it is in force:\n{applied.output.strip()}")
