"""What a scenario needs before its first step: zones, files and images, put in place and taken back."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from lab.builds.deliver import deliver
from lab.errors import LabError, SpecError
from lab.host import Host
from lab.host.clock import wait_until
from lab.spec.plan import ZONES_CONF
from lab.spec.reading import read_text
from lab.spec.scenario import Needs, Scenario
from lab.spec.topology import Topology
from lab.standins.fakedns.master import read_zone

log = logging.getLogger(__name__)

STATIC = "/usr/local/static"
SHIPPED_STATIC = "/media/sdd/off"
"""Where the document's author kept the files; the workstation's image carries made ones there."""
APPEAR_SECONDS = 20
"""The DNS looks for changed zones twice a second."""
SLACK_SECONDS = 1.0
"""The engine's time of a line is a little later than the clock here."""


@contextmanager
def prepared(
    needs: Needs,
    folder: Path,
    topology: Topology,
    host: Host,
    *,
    static: Path | None,
    cache: Path,
    keep: bool = False,
) -> Iterator[None]:
    """Have images, zones and files in place; take zones and files away again afterwards, unless *keep*.

    *static* is the user's folder in place of the shipped files; *cache* is where delivery finds images.
    """
    zones = _zone_texts(needs, folder)
    if needs.images:
        deliver(needs.images, topology, host, cache=cache, say=log.info)
    begun = host.clock.now()
    try:
        _write_zones(zones, topology, host)
        _wait_for_zones(zones, begun, topology, host)
        _fill_static(needs, topology, host, static)
        _wait_for(needs, topology, host)
        yield
    except BaseException:
        if not keep:
            with suppress(LabError):  # what went wrong first is what to tell
                _take_back(topology, host)
        raise
    if not keep:
        _take_back(topology, host)


def _take_back(topology: Topology, host: Host) -> None:
    try:
        _write_zones({}, topology, host)
    finally:
        _empty_static(topology, host)


def check_files(scenarios: Sequence[Scenario]) -> None:
    """Report every problem of every zone file, before anything is touched. Raises SpecError."""
    problems: list[str] = []
    for scenario in scenarios:
        try:
            _zone_texts(scenario.needs, Path(scenario.source).parent)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))


def _zone_texts(needs: Needs, folder: Path) -> dict[str, str]:
    """Read every zone file; all their problems at once, before anything is touched."""
    texts: dict[str, str] = {}
    problems: list[str] = []
    for zone, file in needs.zones.items():
        path = folder / file
        try:
            texts[zone] = read_text(path)
        except SpecError as error:
            problems += error.problems
            continue
        problems += [str(one) for one in read_zone(texts[zone], origin=zone, source=str(path)).problems]
    if problems:
        raise SpecError(problems)
    return texts


def _write_zones(zones: dict[str, str], topology: Topology, host: Host) -> None:
    """Declare exactly *zones*, as bind's own configuration file would."""
    declared = "".join(
        f'zone "{zone}" {{\n        type master;\n        file "/etc/bind/db.{zone}";\n}};\n'
        for zone in zones
    )
    files = {f"/etc/bind/db.{zone}": text.encode() for zone, text in zones.items()}
    host.containers.put(topology.dns.name, {**files, ZONES_CONF: declared.encode()})


def _wait_for_zones(zones: dict[str, str], since: datetime, topology: Topology, host: Host) -> None:
    """Wait until the DNS says that it serves *zones*. It is not asked: a question would be in the ledger."""

    def unread() -> str | None:
        said = host.containers.logs(topology.dns.name, since=since.timestamp() - SLACK_SECONDS)
        wanted = {zone.lower().rstrip(".") for zone in zones}
        missing = sorted(wanted - served_zones(said.splitlines()))
        return f"not served yet: {', '.join(missing)}" if missing else None

    wait_until("the DNS", unread, clock=host.clock, timeout=APPEAR_SECONDS)


def served_zones(lines: Iterable[str]) -> frozenset[str]:
    """Return the zones of the last `reload` event among the DNS's *lines*."""
    served: frozenset[str] = frozenset()
    for line in lines:
        if '"reload"' in line and line.startswith("{"):
            event = json.loads(line)
            served = frozenset(zone.partition(":")[0].rstrip(".").lower() for zone in event["zones"])
    return served


def _fill_static(needs: Needs, topology: Topology, host: Host, static: Path | None) -> None:
    _empty_static(topology, host)
    if not needs.static:
        return
    if static is None:
        _at_workstation(topology, host, f"cp -r {SHIPPED_STATIC}/. {STATIC}/")
        return
    files = {
        f"{STATIC}/{file.relative_to(static)}": file.read_bytes()
        for file in static.rglob("*")
        if file.is_file()
    }
    if not files:
        raise LabError(f"{static}: the static folder has no files in it")
    host.containers.put(topology.workstation.name, files)


def _empty_static(topology: Topology, host: Host) -> None:
    _at_workstation(topology, host, f"rm -rf {STATIC}/* {STATIC}/.[!.]*")


def _wait_for(needs: Needs, topology: Topology, host: Host) -> None:
    for name in needs.names:
        wait_until(
            f"the name {name}",
            partial(_unanswered, name, topology, host),
            clock=host.clock,
            timeout=APPEAR_SECONDS,
        )
    for url in needs.urls:
        fetched = host.containers.exec(
            topology.workstation.name, ["curl", "-sSfIL", "-o", "/dev/null", url], timeout=10
        )
        if not fetched.ok:
            raise LabError(f"needs: {url} cannot be fetched inside the gap: {fetched.output.strip()}")


def _unanswered(name: str, topology: Topology, host: Host) -> str | None:
    asked = host.containers.exec(topology.workstation.name, ["dig", "+short", name], timeout=10)
    return None if asked.stdout.strip() else "no answer"


def _at_workstation(topology: Topology, host: Host, command: str) -> None:
    host.containers.exec(topology.workstation.name, ["bash", "-c", command], timeout=60).check()
