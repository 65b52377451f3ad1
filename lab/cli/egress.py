"""`lab egress`: the ledger of what was wanted from outside and not had."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name

if TYPE_CHECKING:
    from lab.events import Event
    from lab.host.lab import Lab

FOLLOW_SECONDS = 1.0


def register(app: typer.Typer) -> None:
    app.command("egress")(egress)


def moment(text: str) -> datetime:
    """Read a day, or a day and a time: UTC, unless it says otherwise."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time; write it like 2026-01-31 or 2026-01-31T13:01:15 (UTC)"
        ) from None


def egress(
    name: Name = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Print rows as they come, until Ctrl-C.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="TIME", help="Only what was wanted after this time (UTC)."),
    ] = None,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="Take note of the leaks: they stay, the lab is ready again.")
    ] = False,
) -> None:
    """Print everything that was wanted from outside and not had: by whom, what, how often, in which step."""
    from lab import ledger

    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    if acknowledge:
        _acknowledge(lab)
        return
    if follow:
        _follow(lab, since)
    found = ledger.read(lab.topology, lab.host, since=since, events=_events(lab.state))
    if sys.stdout.isatty() and not as_json:
        wiring.show(ledger.as_grid(found))
    else:
        print((ledger.as_json if as_json else ledger.as_table)(found), end="")


def _follow(lab: Lab, since: datetime | None) -> None:
    """Print each new row once, when it first comes."""
    from lab import ledger

    known: set[tuple[object, ...]] = set()
    while True:
        found = ledger.read(lab.topology, lab.host, since=since, events=_events(lab.state))
        new: list[tuple[tuple[object, ...], str]] = [
            ((one.who, one.what, one.step, one.fate), ledger.as_line(one)) for one in found.wanted
        ]
        gaps = zip(found.gaps, ledger.incomplete(found), strict=True)
        new += [((gap.since, gap.what), line) for gap, line in gaps]
        for key, line in new:
            if key not in known:
                known.add(key)
                print(line, flush=True)
        lab.host.clock.sleep(FOLLOW_SECONDS)


def _acknowledge(lab: Lab) -> None:
    from lab import ledger
    from lab.ledger import leaks

    noted = leaks.acknowledge(lab.topology, lab.host)
    if not noted:
        print("no leak waits to be acknowledged")
        return
    packets = sum(entry.count for entry in noted)
    print(f"acknowledged {len(noted)} leaks, {packets} packets; they stay in the ledger:")
    print(ledger.as_table(ledger.Ledger(noted)), end="")


def _events(state: Path) -> Iterator[Event]:
    """Yield the events of every run of this lab; a journal that cannot be read names no step."""
    from lab import journal
    from lab.errors import LabError

    for file in sorted((state / "runs").glob("*/events.jsonl")):
        try:
            yield from journal.read(file)
        except LabError:
            continue
