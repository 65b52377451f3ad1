"""What a scenario needs before its first step: zones, exports, files, images; put in place, taken back."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from lab.builds import writing
from lab.builds.deliver import deliver
from lab.errors import LabError
from lab.host import Host
from lab.host.clock import wait_until
from lab.spec.exports import EXPORTS_FILE
from lab.spec.scenario import Needs
from lab.spec.topology import Topology
from lab.steps import exports, zones
from lab.steps.carry import carry

log = logging.getLogger(__name__)

STATIC = "/usr/local/static"
SHIPPED_STATIC = "/media/sdd/off"
"""Where the document's author kept the files; the workstation's image carries made ones there."""


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
        wish = _Wish(zones.read(needs, folder), exports.read(needs, folder), static=needs.static)
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
            zones.declare(wanted.zones, self.topology, self.host)
            zones.wait_for(wanted.zones, begun, self.topology, self.host)
        if there is None or there.exports != wanted.exports:
            exports.have(wanted.exports, self.topology, self.host)
        if there is None or there.static != wanted.static:
            _fill_static(self.topology, self.host, self.static, wanted=wanted.static)
        self._there = wanted

    def _take_back(self, left: _Wish) -> None:
        there, self._there = self._there, None
        try:
            if there is None or there.zones != left.zones:
                zones.declare(left.zones, self.topology, self.host)
        finally:
            try:
                if there is None or there.exports != left.exports:
                    exports.have(left.exports, self.topology, self.host)
            finally:
                if (there is None or there.static) and not left.static:
                    _empty_static(self.topology, self.host)
        self._there = left


@dataclass(frozen=True, slots=True)
class _Wish:
    """Of what a scenario needs, that which another's need could take away."""

    zones: dict[str, str]
    """Zone to the text of its file."""
    exports: str | None
    """The text of /etc/exports; None: as the lab was made."""
    static: bool


def _together(wishes: Sequence[_Wish]) -> _Wish:
    return _Wish(
        {zone: text for wish in wishes for zone, text in wish.zones.items()},
        next((wish.exports for wish in reversed(wishes) if wish.exports is not None), None),
        static=any(wish.static for wish in wishes),
    )


def _agree(wishes: Sequence[_Wish]) -> None:
    """Raise LabError where two want the same zone, or the exports, with different contents."""
    for zone, text in wishes[-1].zones.items():
        if any(wish.zones.get(zone, text) != text for wish in wishes):
            raise LabError(f"needs: the zone {zone} is there with other contents, for a scenario that stays")
    if len({wish.exports for wish in wishes} - {None}) > 1:
        raise LabError(f"needs: {EXPORTS_FILE} is there with other contents, for a scenario that stays")


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
            timeout=zones.APPEAR_SECONDS,
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
