"""What is added to a run's folder when the run is over: the ledger, who pulled which image, the reports."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from lab import journal, ledger
from lab.errors import LabError
from lab.host.containers import standing
from lab.host.lab import Lab
from lab.ledger.people import node_addresses
from lab.report import before, machine, page, traffic
from lab.report.before import Before
from lab.report.digest import Run, digest
from lab.report.traffic import Image
from lab.run.folder import BEFORE, IMAGES, JOURNAL, JUNIT, LEDGER, PAGE, REPORT, RunFolder
from lab.spec.visible import visible

SHOWN = 5
"""How many wanted things the last line of a run names."""
EARLIER_RUNS = 8
"""How many of them the times of steps are compared with."""


def finish(
    lab: Lab, folder: RunFolder, *, since: datetime, document: str | None, say: Callable[[str], None]
) -> None:
    """Write all of it, each file whatever became of the others; then raise what went wrong first."""
    first: Exception | None = None
    for write in (
        partial(write_ledger, lab, folder, since=since, say=say),
        partial(write_images, lab, folder, since=since),
        partial(write_reports, folder),
        partial(write_page, folder, document),
    ):
        try:
            write()
        except Exception as error:  # noqa: BLE001 - raised below
            first = first or error
    if first is not None:
        raise first


def write_reports(folder: RunFolder) -> None:
    folder.write(REPORT, machine.as_json(folder.events, samples=folder.samples, traffic=folder.traffic))
    folder.write(JUNIT, machine.as_junit(folder.events))


def write_ledger(lab: Lab, folder: RunFolder, *, since: datetime, say: Callable[[str], None]) -> None:
    """Keep what this run wanted from outside, by step."""
    found = ledger.read(lab.topology, lab.host, since=since, events=folder.events)
    folder.write(LEDGER, ledger.as_json(found))
    if found.wanted:
        things = sorted({visible(entry.what) for entry in found.wanted})
        shown = ", ".join(things[:SHOWN]) + (" ..." if len(things) > SHOWN else "")
        say(f"wanted from outside and not had: {len(things)} things ({shown}); `lab egress` lists by whom")
    for line in ledger.incomplete(found):
        say(f"the ledger is {line}")


def write_images(lab: Lab, folder: RunFolder, *, since: datetime) -> None:
    """Keep who had which image from the registry, and which images the nodes have now."""
    containers, topology = lab.host.containers, lab.topology
    node = topology.cluster.control_plane.container
    seen = standing(containers, topology)
    askers = {**node_addresses(topology, seen), str(topology.network.gateway): "the lab"}
    lines = [
        line
        for name in (topology.registry.name, topology.front.name)
        if name in seen
        for line in containers.logs(name, since=since.timestamp()).splitlines()
    ]
    pulls, pushes = traffic.pulled_and_pushed(lines, askers, since=since)
    images: tuple[Image, ...] = ()
    if node in seen and seen[node].running:
        listed = containers.exec(node, ["crictl", "images", "-o", "json"], timeout=30)
        images = traffic.images_of(listed.stdout) if listed.ok else ()
    folder.write(IMAGES, traffic.as_json(traffic.Traffic(pulls, pushes, images)))


def write_before(folder: RunFolder) -> Before:
    """Keep how long the steps took in the newest of the runs beside this one, and return it."""
    earlier: list[Run] = []
    for one in sorted(folder.path.parent.iterdir(), reverse=True):
        if one != folder.path and (one / JOURNAL).is_file() and len(earlier) < EARLIER_RUNS:
            with suppress(LabError):  # another version wrote it
                earlier.append(digest(journal.read(one / JOURNAL)))
    found = before.before_of(earlier)
    folder.write(BEFORE, before.as_json(found))
    return found


def write_page(folder: RunFolder, document: str | None) -> None:
    """Make `report.html` of what the folder holds; *document* is the text that the scenarios replay."""
    html = page.as_html(
        folder.events,
        ledger=folder.ledger,
        facts=folder.facts,
        document=document,
        samples=folder.samples,
        traffic=folder.traffic,
        before=folder.before,
        files=folder.attachments,
    )
    folder.write(PAGE, html)
