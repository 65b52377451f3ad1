"""What a run's folder holds beside its journal: reports, the ledger, the lab that it ran in, the page."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from lab.cli.wiring import say

if TYPE_CHECKING:
    from lab.cli.wiring import Wired
    from lab.errors import LabError
    from lab.report.labfacts import LabFacts

JOURNAL, LEDGER, LAB, PAGE = "events.jsonl", "egress.json", "lab.json", "report.html"
SHOWN = 5
"""How many wanted things the last line of a run names."""
PATIENCE = 5.0
"""Seconds that the end of a run waits for the lab's facts."""


def write_reports(folder: Path) -> None:
    from lab import journal
    from lab.report import machine

    events = journal.read(folder / JOURNAL)
    _write(folder / "report.json", machine.as_json(events))
    _write(folder / "junit.xml", machine.as_junit(events))


def write_ledger(lab: Wired, folder: Path, *, since: datetime) -> None:
    """Keep what this run wanted from outside, by step, beside its journal."""
    from lab import journal, ledger

    found = ledger.read(lab.topology, lab.host, since=since, events=journal.read(folder / JOURNAL))
    _write(folder / LEDGER, ledger.as_json(found))
    if found.wanted:
        things = sorted({entry.what for entry in found.wanted})
        shown = ", ".join(things[:SHOWN]) + (" ..." if len(things) > SHOWN else "")
        say(f"wanted from outside and not had: {len(things)} things ({shown}); `lab egress` lists by whom")


def write_page(folder: Path, document: str | None) -> None:
    """Make `report.html` of what the folder holds; *document* is the text that the scenarios replay."""
    from lab import journal, ledger
    from lab.report import labfacts, page

    wanted, lab = folder / LEDGER, folder / LAB
    html = page.as_html(
        journal.read(folder / JOURNAL),
        ledger=ledger.parse(wanted.read_text(), str(wanted)) if wanted.is_file() else None,
        facts=labfacts.parse(lab.read_text(), str(lab)) if lab.is_file() else None,
        document=document,
    )
    _write(folder / PAGE, html)


@contextmanager
def lab_noted(lab: Wired, folder: Path) -> Iterator[None]:
    """Keep what the lab is made of, read while the run goes on so that no step waits for it."""
    from lab.errors import LabError

    untold: list[LabError] = []

    def note() -> None:
        from lab.report import labfacts

        try:
            facts = _facts(lab, untold)
            _write(folder / LAB, labfacts.as_json(facts))
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


def _write(path: Path, text: str) -> None:
    from lab.errors import LabError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LabError(f"{path}: cannot be written: {error.strerror}") from error
