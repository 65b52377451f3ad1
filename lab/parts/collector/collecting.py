"""What was read, what of it is new, and writing that down."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .addresses import Copied, new_lines, own_addresses
from .books import ENDING, Book
from .spaces import Found, Settings, Space, identity, inside, link_into, located, read, read_settings
from .sums import Sums

TRIES = 3
"""Of one turn: somebody may change rules while they are read."""
KEPT_FOR_LATER = 50_000
"""Lines that wait where the disk is full."""
NOBODYS = "None"
"""The number of the process where the namespace is the collector's own."""
UNREAD = timedelta(seconds=5)
"""A namespace may be sealed this long before the collector is told of it."""


@dataclass(slots=True)
class Hook:
    """*total* is what the kernel counted, *listed* what was written down of it, in packets."""

    total: int = 0
    listed: int = 0
    since: str = ""
    """When the two began to differ; empty while they do not."""
    settled: bool = True
    """False: they differ since this reading alone. A packet may stand between its total and its set."""


@dataclass(slots=True)
class Tally:
    """What is known of one table of one namespace."""

    table: int | None = None
    hooks: dict[str, Hook] = field(default_factory=dict)
    sums: Sums = field(default_factory=Sums)
    read_at: datetime | None = None


class Collector:
    """Remembers, for each namespace, how much of what was counted is written down.

    It begins where an earlier run ended, from that run's own lines. Rows and the line that says how many they
    are go to the file in one write: what is counted but in no row shows, whatever ended the run.
    """

    def __init__(
        self, settings: Path, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._now = now
        self._folder = folder
        self._refused = Book(folder / f"refused{ENDING}")
        self._addresses = Book(folder / f"addresses{ENDING}")
        self._tallies: dict[tuple[str, str], Tally] = {}
        self._copied: dict[str, Copied] = {}
        self._own: dict[str, tuple[Space, int, list[str]]] = {}
        self._known = Settings()
        self._waiting: dict[Path, list[str]] = {}
        self._resume()

    def poll(self) -> None:
        """Read every namespace once and write what is new. One that vanished is left out."""
        places = set()
        rows: list[dict[str, Any]] = []
        told: list[dict[str, Any]] = []
        settings = self._known = read_settings(self._settings) or self._known
        for space in map(located, settings.spaces):
            inode = identity(space)
            if inode is None:
                continue
            places.add(space.place)
            try:
                told += self._whereabouts(space, inode)
                rows += self._counted(space, _key(space, inode), settings.ports)
            except OSError as error:
                print(f"collector: {space.place}: {error}", file=sys.stderr, flush=True)
        for place in set(self._own) - places:
            space, inode, _ = self._own[place]
            if identity(space) != inode:  # gone, and not only left out of the settings for a while
                del self._own[place]
                told.append({"event": "place", "place": place, "addresses": []})
        self._write(self._addresses, told)
        self._write(self._refused, [*rows, *self._ended()])

    def _ended(self) -> list[dict[str, Any]]:
        """Say which namespaces have ended, each with what it had counted since it was last read."""
        told = []
        for place, key in list(self._tallies):
            _, pid, inode = key.split("/")
            if pid != NOBODYS and str(identity(Space(place, int(pid), ""))) != inode:
                tally = self._tallies.pop((place, key))
                since = (tally.read_at or self._now()).isoformat()
                told.append({"event": "ended", "place": place, "space": key, "since": since})
        return told

    def turn(self) -> None:
        """Turn the books over that are long, and say what was dropped."""
        for path in sorted(self._folder.glob(f"*{ENDING}")):
            if "-" not in path.stem and path.stem != "said":
                try:
                    dropped = Book(path).turn(time.time_ns())
                except OSError as error:
                    print(f"collector: {path}: {error}", file=sys.stderr, flush=True)
                    continue
                if dropped:
                    self._write(self._refused, [dropped])

    def _whereabouts(self, space: Space, inode: int) -> list[dict[str, Any]]:
        """Return the lines on addresses: the namespace's own where they changed, and its pods'."""
        if space.pid is None:
            return []
        with inside(space.pid):
            own = own_addresses()
        told: list[dict[str, Any]] = []
        before = self._own.get(space.place)
        if before is None or own != before[2]:
            told.append(
                {
                    "event": "place",
                    "place": space.place,
                    "addresses": own,
                    # What changed while nobody looked, changed at a time that nobody knows.
                    "first": before is None,
                }
            )
        self._own[space.place] = (space, inode, own)
        done = self._copied.get(space.place, Copied())
        lines, copied = new_lines(Path(f"/proc/{space.pid}/root"), space.place, done)
        if copied != done:
            self._copied[space.place] = copied
            told += [*lines, {"event": "copied", "place": space.place, **asdict(copied)}]
        return told

    def _counted(self, space: Space, key: str, ports: dict[str, str]) -> list[dict[str, Any]]:
        """Return a row for each new attempt, then lines that say how many packets these are."""
        tally = self._tallies.setdefault((space.place, key), Tally())
        began, found = self._now(), self._read(space, tally)
        if found.table != tally.table:
            tally.table, tally.hooks = found.table, {}
        since = tally.read_at or began - UNREAD
        tally.read_at = began
        rows: list[dict[str, Any]] = []
        for hook, attempts in found.rows.items():
            known = tally.hooks.setdefault(hook, Hook())
            listed = known.listed
            for one, packets, stands_for in tally.sums.shortened(attempts, began.timestamp()):
                row = {"from": since.isoformat(), "place": space.place, **asdict(one), "packets": packets}
                if not one.dst:
                    row["attempts"] = stands_for
                if one.link:
                    row["sender"] = ports.get(one.link, "")
                rows.append(row)
                known.listed += packets
            if found.totals[hook] < known.total:
                known.listed -= listed  # somebody set the counter to zero: it begins anew
            known.total = found.totals[hook]
            known.settled = known.total <= known.listed or bool(known.since)
            known.since = (known.since or began.isoformat()) if known.total > known.listed else ""
            about = {"place": space.place, "space": key, "table": found.table, "hook": hook}
            rows.append({"event": "read", **about, **asdict(known)})
        return rows

    @staticmethod
    def _read(space: Space, tally: Tally) -> Found:
        for left in reversed(range(TRIES)):
            try:
                with link_into(space) as link:
                    known = {name: hook.total for name, hook in tally.hooks.items() if hook.settled}
                    return read(link, space, known, tally.table)
            except InterruptedError:
                if not left:
                    raise
        raise AssertionError("unreachable")

    def _write(self, book: Book, lines: Iterable[dict[str, Any]]) -> None:
        """Write *lines* with the time; what a full disk refuses waits for the next turn."""
        stamp = self._now().isoformat()
        waiting = self._waiting.setdefault(book.path, [])
        waiting += [json.dumps({"time": stamp, **one}) for one in lines]
        try:
            book.add(waiting)
        except OSError as error:
            print(f"collector: {error}", file=sys.stderr, flush=True)
            if len(waiting) > KEPT_FOR_LATER:
                waiting[:] = [json.dumps({"time": stamp, "event": "lost", "lines": len(waiting)})]
        else:
            waiting.clear()

    def _resume(self) -> None:
        """Go on where the run before ended."""
        for line in self._refused.read():
            if line.get("event") == "ended":
                self._tallies.pop((line["place"], line["space"]), None)
            if line.get("event") == "read":
                tally = self._tallies.setdefault((line["place"], line["space"]), Tally())
                if tally.table != line["table"]:
                    tally.table, tally.hooks = line["table"], {}
                tally.hooks[line["hook"]] = Hook(
                    line["total"], line["listed"], line["since"], line["settled"]
                )
                tally.read_at = datetime.fromisoformat(line["time"])
        for line in self._addresses.read():
            if line.get("event") == "copied":
                self._copied[line["place"]] = Copied(line["file"], line["offset"])


def _key(space: Space, inode: int) -> str:
    return f"{space.family}/{space.pid}/{inode}"
