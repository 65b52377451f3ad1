"""The loop."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from .counts import Attempt, Tally
from .spaces import Space, attempts, identity, link_into, read_settings, totals

SECONDS = 1.0


class Collector:
    """Remembers, for each namespace, what was counted already."""

    def __init__(self, settings: Path) -> None:
        self._settings = settings
        self._tallies: dict[tuple[Space, int], Tally] = {}
        self._resumed = settings.exists()
        """Started again beside rules that stand: what they hold was printed by the run before."""

    def poll(self) -> list[tuple[str, Attempt, int]]:
        """Read every namespace once and return what is new. One that vanished is left out."""
        found = []
        tallies = {}
        for space in read_settings(self._settings):
            inode = identity(space)
            if inode is None:
                continue
            tally = self._tallies.get((space, inode), Tally())
            try:
                for one, packets in self._read(space, tally):
                    found.append((space.place, one, packets))
            except OSError as error:
                print(f"collector: {space.place}: {error}", file=sys.stderr)
            tallies[space, inode] = tally
        self._tallies = tallies
        if self._resumed:
            self._resumed = False
            return []
        return found

    @staticmethod
    def _read(space: Space, tally: Tally) -> Iterator[tuple[Attempt, int]]:
        with link_into(space) as link:
            now = totals(link, space)
            for hook in tally.moved(now):
                yield from tally.added(hook, list(attempts(link, space, hook)))
        tally.totals = now  # only now: a reading that broke off is done again


def line(place: str, one: Attempt, packets: int, now: datetime) -> str:
    """Return the ledger's line for an attempt."""
    return json.dumps({"time": now.isoformat(), "place": place, **asdict(one), "packets": packets})


def main() -> None:
    parser = argparse.ArgumentParser(prog="collector", description=__doc__)
    parser.add_argument("settings", type=Path)
    collector = Collector(parser.parse_args().settings)
    while True:
        for place, one, packets in collector.poll():
            print(line(place, one, packets, datetime.now(UTC)), flush=True)
        time.sleep(SECONDS)


if __name__ == "__main__":
    main()
