"""What a scenario needs before its first step: zones, files and images, put in place and taken back."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from lab.builds import writing
from lab.builds.deliver import deliver
from lab.errors import LabError, SpecError
from lab.host import Host
from lab.host.clock import wait_until
from lab.spec.plan import ZONES_CONF
from lab.spec.reading import read_text
from lab.spec.scenario import Needs, Scenario
from lab.spec.topology import Topology
from lab.standins.fakedns.master import read_zone
from lab.steps.carry import carry

log = logging.getLogger(__name__)

STATIC = "/usr/local/static"
SHIPPED_STATIC = "/media/sdd/off"
"""Where the document's author kept the files; the workstation's image carries made ones there."""
APPEAR_SECONDS = 20
"""The DNS looks for changed zones twice a second."""
SLACK_SECONDS = 1.0
"""The engine's time of a line is a little later than the clock here."""


@dataclass(slots=True)
class Preparation:
    """What scenarios need, for as long as they stand: where several do, the lab has what all of them need.

    *static* is the user's folder in place of the shipped files, *cache* where delivery finds images; *keep*
    leaves zones and files in place.
    """

    topology: Topology
    host: Host
    static: Path | None
    cache: Path
    keep: bool = False
    archive: Path | None = None
    """The user's own, in the place of those that scenarios need."""
    _standing: list[_Wish] = field(default_factory=list)
    _there: _Wish | None = None
    """What was put in place last; None: whatever an earlier run left."""

    @contextmanager
    def of(self, needs: Needs, folder: Path) -> Iterator[None]:
        """Have images, zones and files in place; take away afterwards what no other that stands needs."""
        wish = _Wish(_zone_texts(needs, folder), static=needs.static)
        _agree([*self._standing, wish])
        if needs.images:
            deliver(needs.images, self.topology, self.host, cache=self.cache, say=log.info)
        for name, images in needs.archives.items():
            archive = self.archive or writing.write(
                images, name, self.host.shell, cache=self.cache, say=log.info
            )
            carry(archive, name, self.topology, self.host, ours=self.archive is None)
        self._standing.append(wish)
        try:
            self._have(_together(self._standing))
            _wait_for(needs, self.topology, self.host)
            yield
        except BaseException:
            with suppress(LabError):  # what went wrong first is what to tell
                self._leave(wish)
            raise
        self._leave(wish)

    def _leave(self, wish: _Wish) -> None:
        self._standing = [one for one in self._standing if one is not wish]
        if not self.keep:
            self._take_back(_together(self._standing))

    def _have(self, wanted: _Wish) -> None:
        there, self._there = self._there, None
        if there is None or there.zones != wanted.zones:
            begun = self.host.clock.now()
            _write_zones(wanted.zones, self.topology, self.host)
            _wait_for_zones(wanted.zones, begun, self.topology, self.host)
        if there is None or there.static != wanted.static:
            _fill_static(self.topology, self.host, self.static, wanted=wanted.static)
        self._there = wanted

    def _take_back(self, left: _Wish) -> None:
        there, self._there = self._there, None
        try:
            if there is None or there.zones != left.zones:
                _write_zones(left.zones, self.topology, self.host)
        finally:
            if (there is None or there.static) and not left.static:
                _empty_static(self.topology, self.host)
        self._there = left


@dataclass(frozen=True, slots=True)
class _Wish:
    """Of what a scenario needs, that which another's need could take away."""

    zones: dict[str, str]
    """Zone to the text of its file."""
    static: bool


def _together(wishes: Sequence[_Wish]) -> _Wish:
    zones = {zone: text for wish in wishes for zone, text in wish.zones.items()}
    return _Wish(zones, static=any(wish.static for wish in wishes))


def _agree(wishes: Sequence[_Wish]) -> None:
    """Raise LabError where two want the same zone with different contents."""
    for zone, text in wishes[-1].zones.items():
        if any(wish.zones.get(zone, text) != text for wish in wishes):
            raise LabError(f"needs: the zone {zone} is there with other contents, for a scenario that stays")


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


def _fill_static(topology: Topology, host: Host, static: Path | None, *, wanted: bool) -> None:
    _empty_static(topology, host)
    if not wanted:
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
