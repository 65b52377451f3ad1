"""`lab run`: replay scenarios, keep the record, print the report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, say

if TYPE_CHECKING:
    from lab.cli.wiring import Wired
    from lab.replay import Prepare
    from lab.spec.scenario import Scenario


DocumentFile = Annotated[
    Path | None,
    typer.Option("--document", help="The document that is replayed: its lines stand in report.html."),
]


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("report")(report)


def run(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.")],
    name: Name = None,
    config: ConfigFile = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave out the cleanup, to look at it.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Clean up first what an earlier run left: --keep, or one killed.")
    ] = False,
    only: Annotated[str | None, typer.Option(help="Play this step alone.")] = None,
    start_from: Annotated[str | None, typer.Option("--from", help="Leave out the steps before this.")] = None,
    document: DocumentFile = None,
    archive: Annotated[
        Path | None,
        typer.Option("--archive", help="Your own .tar.xz, where a scenario needs an image archive."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay scenarios in the lab and say which steps hold. Exit code 1 when one does not."""
    from lab import replay
    from lab.cli import runfolder
    from lab.cli.noting import lab_noted
    from lab.cli.sampling import sampled
    from lab.host import lock
    from lab.journal import JsonLinesJournal, Tee
    from lab.report.terminal import Live
    from lab.report.text import as_plan
    from lab.spec.order import in_order

    text = _text(document)
    scenarios = in_order(files)
    chosen = replay.chosen(scenarios, only=only, start_from=start_from)
    if dry_run:
        print(as_plan(chosen, unselected=_unselected(chosen, only=only, start_from=start_from)))
        return
    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    prepare = _preparation(lab, scenarios, keep=keep, archive=archive)
    folder = lab.state / "runs" / f"{lab.host.clock.now():%Y%m%dT%H%M%S}-{scenarios[-1].name}"
    held, begun = False, lab.host.clock.now()
    with lock.held(lab.state / "run.lock", f"lab {lab.config.name!r}"):
        wiring.make_folder(folder)
        before = runfolder.write_before(folder.parent, folder)
        try:
            with (
                JsonLinesJournal(folder / runfolder.JOURNAL) as journal,
                lab_noted(lab, folder),
                sampled(lab, folder / runfolder.USAGE),
            ):
                held = replay.run(
                    scenarios,
                    lab.topology,
                    lab.host,
                    Tee((journal, Live(before))),
                    prepare=prepare,
                    only=only,
                    start_from=start_from,
                    keep=keep,
                    again=again,
                    cache=wiring.cache_folder(),
                )
        finally:
            try:  # printing needs neither disk nor engine, which may be what ended the run
                _print_report(folder, as_json=as_json)
                runfolder.finish(lab, folder, since=begun, document=text)
            finally:
                say(f"run folder: {folder}")
    raise typer.Exit(0 if held else 1)


def _unselected(scenarios: Sequence[Scenario], *, only: str | None, start_from: str | None) -> frozenset[str]:
    from lab import replay

    named = (one for one in scenarios if {step.name for step in one.steps} & {only, start_from})
    return frozenset().union(*(replay.select(one, only=only, start_from=start_from) for one in named))


def report(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    document: DocumentFile = None,
    as_json: AsJson = False,
) -> None:
    """Make the reports of a run again, from its journal."""
    from lab.cli import runfolder
    from lab.errors import SpecError

    if not (folder / runfolder.JOURNAL).is_file():
        raise SpecError([f"{folder}: no run folder, it has no events.jsonl; `lab run` says where its own is"])
    text = _text(document)
    runfolder.write_reports(folder)
    runfolder.write_page(folder, text)
    _print_report(folder, as_json=as_json)


def _text(document: Path | None) -> str | None:
    from lab.spec.reading import read_text

    return None if document is None else read_text(document)


def _preparation(lab: Wired, scenarios: Sequence[Scenario], *, keep: bool, archive: Path | None) -> Prepare:
    """Return what puts needs in place. SpecError: a file of theirs is wrong."""
    from lab.steps import needs, zones

    zones.check_files(scenarios)
    preparation = needs.Preparation(
        lab.topology,
        lab.host,
        static=lab.config.static,
        cache=wiring.cache_folder(),
        keep=keep,
        archive=archive,
    )

    def prepare(scenario: Scenario) -> AbstractContextManager[object]:
        return preparation.of(scenario.needs, Path(scenario.source).parent)

    return prepare


def _print_report(folder: Path, *, as_json: bool) -> None:
    from lab import journal
    from lab.cli import runfolder
    from lab.report import machine, text

    events = journal.read(folder / runfolder.JOURNAL)
    samples = runfolder.read_usage(folder)
    print(machine.as_json(events, samples=samples) if as_json else text.as_text(events, samples=samples))
