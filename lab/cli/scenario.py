"""`lab scenario`: check files without a lab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lab.cli.wiring import AsJson, project_root

app = typer.Typer(
    no_args_is_help=True, help="Check, list and describe scenario files.", rich_markup_mode=None
)


@app.command("validate")
def validate(files: Annotated[list[Path], typer.Argument(help="Scenario files.")]) -> None:
    """Report every problem of every file, and of the files it needs, each with its place. Needs no lab."""
    from lab.errors import SpecError
    from lab.steps.checked import read_checked

    problems: list[str] = []
    for file in files:
        try:
            scenario = read_checked([file])[-1]
        except SpecError as error:
            problems += error.problems
        else:
            print(f"{file}: {scenario.name}: {len(scenario.steps)} steps")
    if problems:
        raise SpecError(list(dict.fromkeys(problems)))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the scenarios that come with the lab."""
    from lab.spec.reading import read_scenario

    found = [read_scenario(file) for file in sorted((project_root() / "scenarios").glob("*.yaml"))]
    if as_json:
        print(json.dumps([{"name": one.name, "summary": one.summary, "file": one.source} for one in found]))
        return
    for one in found:
        print(f"{one.name:<22} {one.summary}")


@app.command("schema")
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from lab.spec import schema as spec_schema

    print(json.dumps(spec_schema.schema(), indent=2))


@app.command("coverage")
def coverage(
    scenario: Annotated[Path, typer.Argument(help="A scenario file.")],
    document: Annotated[Path, typer.Option("--document", help="The document that it replays.")],
    as_json: AsJson = False,
) -> None:
    """Say which step answers for each line of the document's code blocks.

    Exit code 1 where one has none, or where there is no line.
    """
    from lab.report import covered
    from lab.spec import coverage as spec_coverage
    from lab.spec.order import in_order
    from lab.spec.reading import read_text

    answers = spec_coverage.coverage(in_order([scenario]), read_text(document))
    print(covered.as_json(answers) if as_json else covered.as_text(answers), end="")
    raise typer.Exit(0 if answers and not any(answer.is_gap for answer in answers) else 1)
