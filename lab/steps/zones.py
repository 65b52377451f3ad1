"""The zones that scenarios need: read and checked, declared to the lab's DNS, and waited for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from lab.errors import SpecError
from lab.host import Host
from lab.host.clock import wait_until
from lab.parts.fakedns.master import read_zone
from lab.spec.plan import ZONES_CONF
from lab.spec.reading import read_bytes
from lab.spec.scenario import Needs, Scenario
from lab.spec.topology import Topology

APPEAR_SECONDS = 20
"""The DNS looks for changed zones twice a second."""
SLACK_SECONDS = 1.0
"""The engine's time of a line is a little later than the clock here."""


def check_files(scenarios: Sequence[Scenario]) -> None:
    """Report every problem of every zone file, before anything is touched. Raises SpecError."""
    problems: list[str] = []
    for scenario in scenarios:
        try:
            read(scenario.needs, Path(scenario.source).parent)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))


def read(needs: Needs, folder: Path) -> dict[str, str]:
    """Return each zone's text. Raises SpecError with the problems of all of them together."""
    texts: dict[str, str] = {}
    problems: list[str] = []
    for zone, file in needs.zones.items():
        path = folder / file
        try:
            texts[zone] = read_bytes(path).decode("utf-8", "surrogateescape")  # BIND takes any bytes, too
        except SpecError as error:
            problems += error.problems
            continue
        problems += [str(one) for one in read_zone(texts[zone], origin=zone, source=str(path)).problems]
    if problems:
        raise SpecError(problems)
    return texts


def declare(zones: dict[str, str], topology: Topology, host: Host) -> None:
    """Declare exactly *zones*, as bind's own configuration file would."""
    declared = "".join(
        f'zone "{zone}" {{\n        type master;\n        file "/etc/bind/db.{zone}";\n}};\n'
        for zone in zones
    )
    files = {f"/etc/bind/db.{zone}": text.encode("utf-8", "surrogateescape") for zone, text in zones.items()}
    host.containers.put(topology.dns.name, {**files, ZONES_CONF: declared.encode()})


def wait_for(zones: dict[str, str], since: datetime, topology: Topology, host: Host) -> None:
    """Wait until the DNS says that it serves *zones*. It is not asked: a question would be in the ledger."""

    def unread() -> str | None:
        said = host.containers.logs(topology.dns.name, since=since.timestamp() - SLACK_SECONDS)
        wanted = {zone.lower().rstrip(".") for zone in zones}
        missing = sorted(wanted - served(said.splitlines()))
        return f"not served yet: {', '.join(missing)}" if missing else None

    wait_until("the DNS", unread, clock=host.clock, timeout=APPEAR_SECONDS)


def served(lines: Iterable[str]) -> frozenset[str]:
    """Return the zones of the last `reload` event among the DNS's *lines*."""
    zones: frozenset[str] = frozenset()
    for line in lines:
        if '"reload"' in line and line.startswith("{"):
            event = json.loads(line)
            zones = frozenset(zone.partition(":")[0].rstrip(".").lower() for zone in event["zones"])
    return zones
