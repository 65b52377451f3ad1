"""What the lab is made of, noted in a run's folder while the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from lab.cli.runfolder import LAB, write
from lab.cli.wiring import say

if TYPE_CHECKING:
    from lab.cli.wiring import Wired
    from lab.errors import LabError
    from lab.report.labfacts import LabFacts

PATIENCE = 5.0
"""Seconds that the end of a run waits for the lab's facts."""


@contextmanager
def lab_noted(lab: Wired, folder: Path) -> Iterator[None]:
    """Keep what the lab is made of, read while the run goes on so that no step waits for it."""
    from lab.errors import LabError

    untold: list[LabError] = []

    def note() -> None:
        from lab.report import labfacts

        try:
            facts = _facts(lab, untold)
            write(folder / LAB, labfacts.as_json(facts))
        except LabError as error:
            untold.append(error)

    noting = threading.Thread(target=note, daemon=True)
    noting.start()
    try:
        yield
    finally:
        noting.join(PATIENCE)
        for error in untold:
            say(f"lab: the report does not say all about the lab: {error}")


def _facts(lab: Wired, untold: list[LabError]) -> LabFacts:
    """Read what can be; what cannot is *untold*."""
    from lab.cli import fidelity
    from lab.errors import LabError
    from lab.report.fidelity import compare
    from lab.report.labfacts import facts_of

    versions = {"Lab": _own_version(), "Container engine": _engine_version(lab)}
    try:
        read = fidelity.read(lab)
    except LabError as error:
        untold.append(error)
        return facts_of(lab.topology, versions=versions)
    versions["Kubernetes"] = ", ".join(read.kubernetes)
    versions["System of the nodes"] = ", ".join(read.systems)
    versions["Container runtime of the nodes"] = ", ".join(read.runtimes)
    return facts_of(lab.topology, versions=versions, fidelity=compare(read))


def _own_version() -> str:
    try:
        return metadata.version("airgap-lab")
    except metadata.PackageNotFoundError:  # run from a checkout that nobody installed
        return "not installed"


def _engine_version(lab: Wired) -> str:
    asked = lab.host.shell.run(["docker", "version", "--format={{.Server.Version}}"], timeout=10)
    return asked.stdout.strip() if asked.ok else "did not answer"
