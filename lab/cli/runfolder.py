"""What a run's folder holds, once it is over, beside its journal: reports, the ledger, images, the page."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lab.cli.wiring import say

if TYPE_CHECKING:
    from lab.cli.wiring import Wired
    from lab.report.before import Before
    from lab.report.digest import Run
    from lab.report.traffic import Image, Traffic
    from lab.report.usage import Sample

T = TypeVar("T")

JOURNAL, LEDGER, LAB, PAGE = "events.jsonl", "egress.json", "lab.json", "report.html"
USAGE, IMAGES, BEFORE = "usage.jsonl", "images.json", "before.json"
SHOWN = 5
"""How many wanted things the last line of a run names."""
LOOKED_BACK = 8
"""Earlier runs whose times are compared with."""


def finish(lab: Wired, folder: Path, *, since: datetime, document: str | None) -> None:
    """Write all that a run's folder has beside its journal, each whatever became of the others."""
    with ExitStack() as last_first:
        last_first.callback(write_page, folder, document)
        last_first.callback(write_reports, folder)
        last_first.callback(write_images, lab, folder, since=since)
        last_first.callback(write_ledger, lab, folder, since=since)


def write_reports(folder: Path) -> None:
    from lab import journal
    from lab.report import machine

    events = journal.read(folder / JOURNAL)
    write(
        folder / "report.json",
        machine.as_json(events, samples=read_usage(folder), traffic=_read_images(folder)),
    )
    write(folder / "junit.xml", machine.as_junit(events))


def write_ledger(lab: Wired, folder: Path, *, since: datetime) -> None:
    """Keep what this run wanted from outside, by step, beside its journal."""
    from lab import journal, ledger

    found = ledger.read(lab.topology, lab.host, since=since, events=journal.read(folder / JOURNAL))
    write(folder / LEDGER, ledger.as_json(found))
    if found.wanted:
        things = sorted({entry.what for entry in found.wanted})
        shown = ", ".join(things[:SHOWN]) + (" ..." if len(things) > SHOWN else "")
        say(f"wanted from outside and not had: {len(things)} things ({shown}); `lab egress` lists by whom")


def write_images(lab: Wired, folder: Path, *, since: datetime) -> None:
    """Keep who had which image from the registry, and which images the nodes have now."""
    from lab.host.containers import standing
    from lab.ledger.people import node_addresses
    from lab.report import traffic

    containers, topology = lab.host.containers, lab.topology
    node = topology.cluster.control_plane.container
    seen = standing(containers, topology)
    people = {**node_addresses(topology, seen), str(topology.network.gateway): "the lab"}
    said = [
        line
        for name in (topology.registry.name, topology.front.name)
        if name in seen
        for line in containers.logs(name, since=since.timestamp()).splitlines()
    ]
    pulls, pushes = traffic.pulled_and_pushed(said, people, since=since)
    images: tuple[Image, ...] = ()
    if node in seen and seen[node].running:
        listed = containers.exec(node, ["crictl", "images", "-o", "json"], timeout=30)
        images = traffic.images_of(listed.stdout) if listed.ok else ()
    write(folder / IMAGES, traffic.as_json(traffic.Traffic(pulls, pushes, images)))


def write_before(runs: Path, folder: Path) -> Before:
    """Keep in *folder* how long the steps took in the newest of the other *runs*, and return it."""
    from lab import journal
    from lab.errors import LabError, SpecError
    from lab.report import before
    from lab.report.digest import digest

    earlier: list[Run] = []
    for one in sorted(runs.iterdir(), reverse=True):
        if one != folder and (one / JOURNAL).is_file() and len(earlier) < LOOKED_BACK:
            with suppress(SpecError, LabError):  # one that another version wrote
                earlier.append(digest(journal.read(one / JOURNAL)))
    found = before.before_of(earlier)
    write(folder / BEFORE, before.as_json(found))
    return found


def write_page(folder: Path, document: str | None) -> None:
    """Make `report.html` of what the folder holds; *document* is the text that the scenarios replay."""
    from lab import journal, ledger
    from lab.report import before, labfacts, page

    html = page.as_html(
        journal.read(folder / JOURNAL),
        ledger=_kept(folder / LEDGER, ledger.parse),
        facts=_kept(folder / LAB, labfacts.parse),
        document=document,
        samples=read_usage(folder),
        traffic=_read_images(folder),
        before=_kept(folder / BEFORE, before.parse),
        files={
            f"{journal.ATTACHMENTS}/{file.name}": file.read_bytes()
            for file in sorted((folder / journal.ATTACHMENTS).glob("*"))
            if file.is_file()
        },
    )
    write(folder / PAGE, html)


def read_usage(folder: Path) -> tuple[Sample, ...]:
    from lab.report import usage

    return _kept(folder / USAGE, usage.parse) or ()


def _read_images(folder: Path) -> Traffic | None:
    from lab.report import traffic

    return _kept(folder / IMAGES, traffic.parse)


def _kept(path: Path, parse: Callable[[str, str], T]) -> T | None:
    """Return what a file of the folder holds; None where the run did not come to write it."""
    return parse(path.read_text(), str(path)) if path.is_file() else None


def write(path: Path, text: str) -> None:
    """Write a file of the folder. Raises LabError where that cannot be done."""
    from lab.errors import LabError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LabError(f"{path}: cannot be written: {error.strerror}") from error
