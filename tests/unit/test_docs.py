"""The documents say what is there: commands, targets, files, examples, decisions."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from lab.cli import app
from lab.errors import LabError, SpecError
from lab.spec.actions import ACTIONS
from lab.spec.config import LabConfig
from lab.spec.plan import EXPORTS
from lab.spec.reading import parse_scenario, read_config, read_scenario
from lab.spec.scenario import Needs, Outcome, Step
from tests import documents
from tests.documents import DECISIONS, DOCUMENTS, ROOT, Block

README = ROOT / "README.md"
SCENARIOS = ROOT / "docs" / "scenarios.md"
OTHER_PROGRAMS = {".", "cd", "git", "docker", "pytest", ".venv/bin/pytest"}
MARKDOWN = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
GROUP = typer.main.get_command(app)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def parsed(arguments: list[str]) -> str:
    """Parse a whole line as `lab` would, without running it; return the command's name. Raises as Typer does."""
    context = GROUP.make_context("lab", list(arguments))
    name, command, rest = GROUP.resolve_command(context, [*context._protected_args, *context.args])
    inner = command.make_context(name, rest, parent=context)
    if not hasattr(command, "resolve_command"):
        return str(name)
    deeper, leaf, rest = command.resolve_command(inner, [*inner._protected_args, *inner.args])
    leaf.make_context(deeper, rest, parent=inner)
    return f"{name} {deeper}"


def leaves() -> list[str]:
    """Every command, by its whole name."""
    found = []
    for name, command in GROUP.commands.items():
        inner = getattr(command, "commands", None)
        found += [f"{name} {deeper}" for deeper in inner] if inner else [name]
    return found


def wrong_with(command: str) -> str | None:
    """Say what is wrong with a line that a reader would type; None: nothing."""
    program, *arguments = shlex.split(command.split(" > ", maxsplit=1)[0], comments=True)
    if program == "lab":
        try:
            parsed(arguments)
        except (typer.exceptions.TyperException, LabError) as error:
            return f"{command}: {error}"
        return None
    if program == "make":
        names = [one for one in arguments if "=" not in one]
        return next((f"no target {one}" for one in names if one not in targets()), None)
    return None if program in OTHER_PROGRAMS else f"{program}: a program that no reader was told of"


def wrong_with_span(span: str) -> str | None:
    """The same for a mention within a sentence, which may leave out what comes after the command's name."""
    words = span.split()
    if words[0] == "make" and len(words) > 1 and re.fullmatch("[a-z-]+", words[1]):
        return None if words[1] in targets() else f"{span}: no such target"
    if words[0] != "lab" or len(words) < 2 or not re.fullmatch("[a-z][a-z-]*", words[1]):
        return None
    command = GROUP.commands.get(words[1])
    if command is None:
        return f"{span}: no such command"
    inner = getattr(command, "commands", None)
    if inner is not None and len(words) > 2 and re.fullmatch("[a-z-]+,?", words[2]):
        command = inner.get(words[2].rstrip(","))
        if command is None:
            return f"{span}: no such command"
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    unknown = [word for word in words if re.fullmatch("--[a-z-]+", word) and word not in known]
    return f"{span}: no option {unknown[0]}" if unknown and words[1] != "kubectl" else None


@MARKDOWN
def test_what_is_typed_exists(document: Path) -> None:
    typed = [
        line for block in documents.blocks(document, "console") for line in documents.commands(block.text)
    ]

    assert [problem for line in typed if (problem := wrong_with(line))] == []


@MARKDOWN
def test_what_is_mentioned_exists(document: Path) -> None:
    assert [problem for span in documents.spans(document) if (problem := wrong_with_span(span))] == []


@pytest.mark.parametrize(
    "line",
    [
        "lab run a.yaml --only x",
        "lab images push a b",
        "lab scenario schema > a.json",
        "make demo",
        "lab -v status",
    ],
)
def test_a_sound_line_is_let_through(line: str) -> None:
    assert wrong_with(line) is None


@pytest.mark.parametrize(
    "line",
    ["lab rum a.yaml", "lab run", "lab run a.yaml --quick", "lab images pull a", "make coffee", "frobnicate"],
)
def test_a_wrong_line_is_found(line: str) -> None:
    assert wrong_with(line) is not None


@pytest.mark.parametrize("span", ["lab rum", "lab images pull", "lab up --quick", "make coffee"])
def test_a_wrong_mention_is_found(span: str) -> None:
    assert wrong_with_span(span) is not None


@pytest.mark.parametrize(
    "span", ["lab run FILE...", "lab images build", "lab up --static", "lab.yaml", "make demo"]
)
def test_a_sound_mention_is_let_through(span: str) -> None:
    assert wrong_with_span(span) is None


def test_there_are_commands_to_check() -> None:
    assert (
        len(
            [line for block in documents.blocks(README, "console") for line in documents.commands(block.text)]
        )
        > 5
    )


def test_the_readme_lists_every_command() -> None:
    text = README.read_text()
    missing = [
        leaf
        for leaf in leaves()
        if not all(re.search(rf"`(lab )?([a-z]+ )?{word}\b", text) for word in leaf.split()[-1:])
    ]

    assert missing == []


def test_the_report_in_the_readme_is_of_the_scenario_that_is_there() -> None:
    steps = [step.name for step in read_scenario(ROOT / "scenarios" / "pytorch.yaml").steps]
    shown = re.findall(r"^  ok +(.+?)  +\d", documents.blocks(README, "text")[0].text, re.MULTILINE)

    assert steps == shown


@pytest.mark.parametrize(
    "block",
    [block for document in DOCUMENTS for block in documents.blocks(document, "yaml")],
    ids=lambda block: block.place,
)
def test_yaml_is_a_scenario_or_the_choices(block: Block, tmp_path: Path) -> None:
    if block in documents.examples(block.document):
        assert parse_scenario(block.text, block.place).steps
        return
    if block in documents.books(block.document):
        assert parse_scenario(block.text, block.place).chapters
        return
    file = tmp_path / "lab.yaml"
    file.write_text(block.text)
    (tmp_path / "exports").write_text(EXPORTS)

    assert read_config(file).name


def test_a_wrong_example_would_be_found() -> None:
    with pytest.raises(SpecError, match="timout"):
        parse_scenario("name: a\nsteps:\n  - {name: b, run: c, timout: 3s}\n", "here")


def test_the_readme_shows_every_choice() -> None:
    (choices,) = documents.blocks(README, "yaml")

    assert set(LabConfig.model_fields) == set(re.findall(r"^(\w+):", choices.text, re.MULTILINE))


def test_the_choices_in_the_readme_are_the_defaults(tmp_path: Path) -> None:
    (choices,) = documents.blocks(README, "yaml")
    file = tmp_path / "lab.yaml"
    file.write_text(choices.text)
    (tmp_path / "exports").write_text(EXPORTS)
    default, shown = LabConfig(), read_config(file)

    assert default.site == shown.site
    assert default == shown.model_copy(
        update={"site_address": None, "node_image": None, "static": None, "exports": None}
    )


def test_every_action_has_an_example() -> None:
    shown = {
        step.action.kind
        for block in documents.examples(SCENARIOS)
        for step in parse_scenario(block.text, block.place).steps
    }

    assert set(ACTIONS) == shown


def test_the_chapters_of_an_example_are_examples() -> None:
    shown = {parse_scenario(block.text, block.place).name for block in documents.examples(SCENARIOS)}
    books = [parse_scenario(block.text, block.place) for block in documents.books(SCENARIOS)]

    assert books
    assert {name.removesuffix(".yaml") for book in books for name in book.chapters} <= shown


def test_examples_name_only_files_that_are_shown() -> None:
    shown = documents.files(SCENARIOS)
    named = [
        file
        for block in documents.examples(SCENARIOS)
        for file in parse_scenario(block.text, block.place).needs.zones.values()
    ]

    assert named
    assert [file for file in named if file not in shown] == []


def test_examples_have_names_of_their_own() -> None:
    names = [parse_scenario(block.text, block.place).name for block in documents.examples(SCENARIOS)]

    assert sorted(set(names)) == sorted(names)


def test_every_key_and_outcome_is_explained() -> None:
    spans = set(documents.spans(SCENARIOS))
    keys = {name for name in Step.model_fields if name not in {"action", "where"}} | set(Needs.model_fields)

    assert sorted((keys | {str(one) for one in Outcome}) - spans) == []


@MARKDOWN
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for link in documents.links(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in documents.anchors(target)):
            broken.append(link)

    assert broken == []


def test_there_are_links_to_check() -> None:
    assert len(documents.links(README)) > 5


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_form(decision: Path) -> None:
    text = decision.read_text()
    number = decision.name[:3]

    assert re.fullmatch(r"\d{3}-[a-z0-9-]+\.md", decision.name)
    assert re.match(rf"# {number}:? [A-Z]", text)
    assert re.findall(r"^\*\*([A-Z][a-z]+)\.\*\*", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
    ]


def test_decisions_are_numbered_uniquely() -> None:
    numbers = [decision.name[:3] for decision in DECISIONS]

    assert numbers
    assert sorted(set(numbers)) == numbers


def test_the_drawing_serves_light_and_dark() -> None:
    drawing = (ROOT / "docs" / "lab.svg").read_text()

    assert "prefers-color-scheme: dark" in drawing
    assert "<title" in drawing
    assert "<desc" in drawing


def test_exit_codes_are_the_errors_own() -> None:
    table = dict(re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text(), re.MULTILINE))

    assert {str(LabError.exit_code), str(SpecError.exit_code), "0", "1", "70"} == set(table)
