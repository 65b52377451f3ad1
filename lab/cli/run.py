"""`lab run` and `lab report`: replay scenarios, and print what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, say

if TYPE_CHECKING:
    from lab.run.folder import RunFolder
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
        typer.Option("--archive", help="Your own archive for `docker load`, where a scenario needs one."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replay scenarios in the lab and say which steps hold. Exit code 1 when one does not."""
    from functools import partial

    from lab import replay
    from lab.cli.live import Live
    from lab.report.text import as_plan
    from lab.run import Request
    from lab.run import run as run_in
    from lab.steps.checked import read_checked

    text = _text(document)
    scenarios = read_checked(files)
    _archive_is_wanted(archive, scenarios)
    chosen = replay.chosen(scenarios, only=only, start_from=start_from)
    if dry_run:
        print(as_plan(chosen, unselected=_unselected(chosen, only=only, start_from=start_from)))
        return
    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    request = Request(
        scenarios,
        keep=keep,
        again=again,
        only=only,
        start_from=start_from,
        archive=archive,
        document=text,
    )
    held = run_in(request, lab, watch=Live, done=partial(_print_report, as_json=as_json), say=say)
    raise typer.Exit(0 if held else 1)


def _archive_is_wanted(archive: Path | None, scenarios: Sequence[Scenario]) -> None:
    """See that the user's archive is a file, and that it would be used. Raises SpecError."""
    from lab.errors import SpecError

    if archive is None:
        return
    if not archive.is_file():
        seen = "a folder" if archive.is_dir() else "no such file"
        raise SpecError([f"{archive}: {seen}; --archive wants an image archive"])
    if not any(scenario.needs.archives for scenario in scenarios):
        raise SpecError(
            [f"{archive}: no scenario here needs an archive (`needs: archives:`); leave --archive out"]
        )


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
    from lab.errors import SpecError
    from lab.run.finish import write_page, write_reports
    from lab.run.folder import JOURNAL, RunFolder

    written = RunFolder(folder)
    if not written.journal.is_file():
        raise SpecError([f"{folder}: no run folder, it has no {JOURNAL}; `lab run` says where its own is"])
    text = _text(document)
    write_reports(written)
    write_page(written, text)
    _print_report(written, as_json=as_json)


def _text(document: Path | None) -> str | None:
    from lab.spec.reading import read_text

    return None if document is None else read_text(document)


def _print_report(folder: RunFolder, *, as_json: bool) -> None:
    from lab.report import machine, text

    printed = machine.as_json if as_json else text.as_text
    print(printed(folder.events, samples=folder.samples))
