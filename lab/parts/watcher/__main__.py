"""The loop: wait for a link, seal what is behind it."""

from __future__ import annotations

import argparse
import json
import select
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from .links import Links, Port
from .places import Place, Settings, bridge_index, inhabitant, place_of, read_settings
from .sealing import NotSealed, at_bridge, lay_routes, seal, tell_whose, write_resolver

LOOK_SECONDS = 1.0
"""How long a change of the settings may go unseen."""
FIRST_SECONDS, PATIENCE_SECONDS = 0.005, 10.0
"""For a container that has a link but no process, or not its own files: each wait is twice the last one."""


@dataclass(slots=True)
class Waiting:
    """Something to try again."""

    attempt: Callable[[], bool]
    since: float = field(default_factory=time.monotonic)
    pause: float = 0.0

    @property
    def due(self) -> float:
        return self.since + self.pause

    def done(self) -> bool:
        """Try; True: it worked, or it is no use any more."""
        if self.attempt() or self.pause > PATIENCE_SECONDS:
            return True
        self.pause = max(2 * self.pause, FIRST_SECONDS)
        return False


@dataclass(slots=True)
class Watcher:
    """Remembers which ports it has seen, and what it waits for."""

    links: Links
    settings_file: Path
    tell: Callable[[str], None]
    settings: Settings | None = None
    stamp: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)
    """Ports, by number and namespace."""
    waiting: list[Waiting] = field(default_factory=list)

    def turn(self) -> None:
        """Wait for news, at most until something else is due, and act on them."""
        self.read_again()
        pause = min((one.due - time.monotonic() for one in self.waiting), default=LOOK_SECONDS)
        ready, _, _ = select.select([self.links.news], [], [], min(max(pause, 0), LOOK_SECONDS))
        if ready:
            try:
                self.see(self.links.changed())
            except OSError:  # more news than the socket holds
                self.see(self.links.all())
        due = [one for one in self.waiting if one.due <= time.monotonic()]
        self.waiting = [one for one in self.waiting if one not in due]
        self.waiting += [one for one in due if not one.done()]

    def read_again(self) -> None:
        """Read settings that are new, and look at every port with them."""
        try:
            stamp = self.settings_file.stat().st_ctime_ns  # what the engine puts there has no other time
        except OSError:
            return
        if stamp != self.stamp and (settings := read_settings(self.settings_file)) is not None:
            self.settings, self.stamp = settings, stamp
            self.seen.clear()
            self.see(self.links.all())

    def see(self, ports: Iterable[Port]) -> None:
        for port in ports:
            key = (port.index, port.namespace)
            if not port.carries:
                self.seen.discard(key)
            elif port.master and key not in self.seen:
                self.seen.add(key)
                self.waiting.append(Waiting(partial(self.handle, port, time.monotonic())))

    def handle(self, port: Port, since: float) -> bool:
        """Seal what is behind *port*, where it is the lab's; return False while nobody is there."""
        settings = self.settings
        if settings is None:
            return False

        def is_there(pid: int) -> bool:
            return self.links.namespace_of(pid) == port.namespace

        # Containers that share a namespace are not places of their own: the site's has its servers in it.
        pid = inhabitant(lambda one: is_there(one) and place_of(one, settings) is not None)
        if pid is None:
            return inhabitant(is_there) is not None
        place = place_of(pid, settings)
        if place is None:  # it ended meanwhile
            return False
        try:
            if port.master == bridge_index(settings.bridge):
                self.put_in_order(place, pid, port, since)
            else:
                at_bridge(settings.holds, port.name)
                self.tell(_line(place, port, held=True))
        except NotSealed as error:
            self.tell(_line(place, port, error=str(error)))
            return False
        return True

    def put_in_order(self, place: Place, pid: int, port: Port, since: float) -> None:
        new = seal(place, pid)
        took = round((time.monotonic() - since) * 1000)
        at_bridge(place.opens, port.name)
        tell_whose(place, port.name)
        if new:
            self.tell(_line(place, port, sealed_ms=took))
        self.waiting.append(Waiting(partial(write_resolver, place, pid)))
        lay_routes(place, pid, port.index)


def _line(place: Place, port: Port, **what: object) -> str:
    now = datetime.now(UTC).isoformat()
    return json.dumps({"time": now, "watcher": place.place, "port": port.name, **what})


def main() -> None:
    parser = argparse.ArgumentParser(prog="watcher", description=__doc__)
    parser.add_argument("settings", type=Path)
    watcher = Watcher(Links(), parser.parse_args().settings, lambda text: print(text, flush=True))
    while True:
        try:
            watcher.turn()
        except Exception as error:  # noqa: BLE001 - it must go on: nobody else seals what restarts
            print(f"watcher: {error!r}", file=sys.stderr, flush=True)
            time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
