"""What the lab is made of, kept in a run's folder; a thread reads it, so that no step waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata

from lab.errors import LabError
from lab.host.lab import Lab
from lab.report import labfacts
from lab.report.fidelity import compare
from lab.report.labfacts import LabFacts, facts_of
from lab.run import fidelity
from lab.run.folder import LAB, RunFolder
from lab.spec.case import Claim

PATIENCE = 5.0
"""Seconds that the end of a run waits for the facts."""


@contextmanager
def facts_kept(
    lab: Lab, folder: RunFolder, say: Callable[[str], None], *, claims: Sequence[Claim] = ()
) -> Iterator[None]:
    """Write the facts while the body runs; say at its end what could not be read.

    *claims* are what is known of the original site.
    """
    missing: list[LabError] = []

    def keep() -> None:
        try:
            folder.write(LAB, labfacts.as_json(_facts(lab, claims, missing)))
        except LabError as error:
            missing.append(error)

    reading = threading.Thread(target=keep, daemon=True)
    reading.start()
    try:
        yield
    finally:
        reading.join(PATIENCE)
        for error in missing:
            say(f"lab: the report does not say all about the lab: {error}")


def _facts(lab: Lab, claims: Sequence[Claim], missing: list[LabError]) -> LabFacts:
    """Return what can be read; add the error to *missing* where the lab does not answer."""
    versions = {"Lab": _own_version(), "Container engine": _engine_version(lab)}
    try:
        read = fidelity.read(lab)
    except LabError as error:
        missing.append(error)
        return facts_of(lab.topology, versions=versions)
    versions["Kubernetes"] = ", ".join(read.kubernetes)
    versions["System of the nodes"] = ", ".join(read.systems)
    versions["Container runtime of the nodes"] = ", ".join(read.runtimes)
    return facts_of(lab.topology, versions=versions, fidelity=compare(read, claims))


def _own_version() -> str:
    try:
        return metadata.version("airgap-lab")
    except metadata.PackageNotFoundError:  # run from a checkout that nobody installed
        return "not installed"


def _engine_version(lab: Lab) -> str:
    asked = lab.host.shell.run(["docker", "version", "--format={{.Server.Version}}"], timeout=10)
    return asked.stdout.strip() if asked.ok else "did not answer"
