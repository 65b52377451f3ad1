"""`lab run`: replay scenarios, keep the record, print the report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, say

if TYPE_CHECKING:
    from lab.cli.wiring import Wired
    from lab.replay import Prepare
    from lab.spec.scenario import Scenario


SHOWN = 5
"""How many wanted things the last line of a run names."""


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("report")(report)


def run(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.")],
    name: Name = None,
    config: ConfigFile = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave out the cleanup, to look at it.")] = False,
    only: Annotated[str | None, typer.Option(help="Play this step alone.")] = None,
    start_from: Annotated[str | None, typer.Option("--from", help="Leave out the steps before this.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay scenarios in the lab and say which steps hold. Exit code 1 when one does not."""
    from lab import replay
    from lab.host import lock
    from lab.journal import JsonLinesJournal, Tee
    from lab.report.terminal import Live
    from lab.report.text import as_plan
    from lab.spec.order import in_order

    scenarios = in_order(files)
    chosen = replay.chosen(scenarios, only=only, start_from=start_from)
    if dry_run:
        print(as_plan(chosen, unselected=_unselected(chosen, only=only, start_from=start_from)))
        return
    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    prepare = _preparation(lab, scenarios, keep=keep)
    folder = lab.state / "runs" / f"{lab.host.clock.now():%Y%m%dT%H%M%S}-{scenarios[-1].name}"
    held, begun = False, lab.host.clock.now()
    with lock.held(lab.state / "run.lock", f"lab {lab.config.name!r}"):
        wiring.make_folder(folder)
        try:
            with JsonLinesJournal(folder / "events.jsonl") as journal:
                held = replay.run(
                    scenarios,
                    lab.topology,
                    lab.host,
                    Tee((journal, Live())),
                    prepare=prepare,
                    only=only,
                    start_from=start_from,
                    keep=keep,
                )
        finally:
            try:  # printing needs neither disk nor engine, which may be what ended the run
                _print_report(folder, as_json=as_json)
                _write_reports(folder)
                _write_ledger(lab, folder, since=begun)
            finally:
                say(f"run folder: {folder}")
    raise typer.Exit(0 if held else 1)


def _unselected(scenarios: Sequence[Scenario], *, only: str | None, start_from: str | None) -> frozenset[str]:
    from lab import replay

    named = (one for one in scenarios if {step.name for step in one.steps} & {only, start_from})
    return frozenset().union(*(replay.select(one, only=only, start_from=start_from) for one in named))


def report(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    as_json: AsJson = False,
) -> None:
    """Make the reports of a run again, from its journal."""
    from lab.errors import SpecError

    if not (folder / "events.jsonl").is_file():
        raise SpecError([f"{folder}: no run folder, it has no events.jsonl; `lab run` says where its own is"])
    _write_reports(folder)
    _print_report(folder, as_json=as_json)


def _preparation(lab: Wired, scenarios: Sequence[Scenario], *, keep: bool) -> Prepare:
    """Return what puts needs in place. SpecError: a file of theirs is wrong."""
    from lab.steps import needs

    needs.check_files(scenarios)

    def prepare(scenario: Scenario) -> AbstractContextManager[object]:
        return needs.prepared(
            scenario.needs,
            Path(scenario.source).parent,
            lab.topology,
            lab.host,
            static=lab.config.static,
            cache=wiring.cache_folder(),
            keep=keep,
        )

    return prepare


def _write_reports(folder: Path) -> None:
    from lab import journal
    from lab.errors import LabError
    from lab.report import machine

    events = journal.read(folder / "events.jsonl")
    for name, text in (("report.json", machine.as_json(events)), ("junit.xml", machine.as_junit(events))):
        try:
            (folder / name).write_text(text)
        except OSError as error:
            raise LabError(f"{folder / name}: cannot be written: {error.strerror}") from error


def _write_ledger(lab: Wired, folder: Path, *, since: datetime) -> None:
    """Keep what this run wanted from outside, by step, beside its journal."""
    from lab import journal, ledger

    found = ledger.read(lab.topology, lab.host, since=since, events=journal.read(folder / "events.jsonl"))
    (folder / "egress.json").write_text(ledger.as_json(found))
    if found.wanted:
        things = sorted({entry.what for entry in found.wanted})
        shown = ", ".join(things[:SHOWN]) + (" ..." if len(things) > SHOWN else "")
        say(f"wanted from outside and not had: {len(things)} things ({shown}); `lab egress` lists by whom")


def _print_report(folder: Path, *, as_json: bool) -> None:
    from lab import journal
    from lab.report import machine, text

    events = journal.read(folder / "events.jsonl")
    print(machine.as_json(events) if as_json else text.as_text(events))
