"""Text that a user wrote, to a Scenario or a LabConfig: the one door, with every problem reported at once.

Past it there is no dictionary and no second validation. A problem reads `file:line:column: what was seen;
what to do`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from lab.errors import SpecError
from lab.spec import exports, positions
from lab.spec.case import Case, Claim
from lab.spec.complaints import message, shape, unknown
from lab.spec.config import LabConfig, beside
from lab.spec.positions import Document, Value
from lab.spec.scenario import Scenario
from lab.spec.written import check_keys, checked, expanded, keys, without_unknown

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file, and see that the files it names beside it are there. Raises SpecError."""
    document = _compose(path)
    scenario = _validated(Scenario, expanded(document), document)
    if scenario is not None:
        _files_are_there(scenario, path.parent, document)
    return _or_raise(scenario, document)


def read_case(path: Path) -> Case:
    """Read the file that a scenario names under `case`. Raises SpecError."""
    document = _compose(path)
    value = document.value
    if isinstance(value, dict):
        check_keys(Case, value, (), document)
        value = without_unknown(Case, value) | {"source": str(path)}
        if isinstance(claims := value.get("site"), list):
            value["site"] = [checked(Claim, one, ("site", at), document) for at, one in enumerate(claims)]
    return _or_raise(_validated(Case, value, document), document)


def cases_of(scenarios: Iterable[Scenario]) -> tuple[Case, ...]:
    """Read the cases of *scenarios*, each once, in their order. Raises SpecError."""
    files = (Path(one.source).parent / one.case for one in scenarios if one.case is not None)
    return tuple(read_case(file) for file in dict.fromkeys(files))


def line_of(path: Path, where: positions.Path) -> int:
    """Return the line of a scenario file in which *where* stands. Raises SpecError."""
    return _compose(path).place(where).line


def parse_scenario(text: str, source: str) -> Scenario:
    """Read a scenario from *text*; *source* is how messages call it. Raises SpecError, and nothing else."""
    document = positions.compose(text, source)
    return _or_raise(_validated(Scenario, expanded(document), document), document)


def read_config(path: Path) -> LabConfig:
    """Read `lab.yaml`, and the exports that it names. Raises SpecError.

    An empty file, or one of comments only, chooses nothing. Paths in it are meant from its own folder.
    """
    text = read_text(path)
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return LabConfig()
    document = positions.compose(text, str(path))
    value = document.value
    if isinstance(value, dict):
        check_keys(LabConfig, value, (), document)
        value = without_unknown(LabConfig, value)
    config = _or_raise(_validated(LabConfig, value, document), document)
    config = config.model_copy(update=beside(path.parent, config.model_dump(exclude_unset=True)))
    if config.exports is None:
        return config
    return config.model_copy(
        update={"exports": read_exports(path.parent / Path(config.exports).expanduser())}
    )


def read_exports(path: Path) -> str:
    """Return the text of an exports file. Raises SpecError with every line that would not be served."""
    text = read_text(path)
    problems = [f"{path}:{one}" for one in exports.problems(text)]
    if path.read_bytes().startswith(codecs.BOM_UTF8):
        problems = [
            f"{path}:1: a byte order mark, which the server takes for a part of the path; save without"
        ]
    if problems:
        raise SpecError(problems)
    return text


def config_from(choices: Mapping[str, object], source: str) -> LabConfig:
    """Make a LabConfig of choices that come from elsewhere than a file, say the command line."""
    known = keys(LabConfig)
    problems = [f"{source}: {unknown('choice', key, known)}" for key in choices if key not in known]
    try:
        config = LabConfig.model_validate({key: value for key, value in choices.items() if key in known})
    except ValidationError as error:
        problems += [f"{source}: {message(one)}" for one in error.errors(include_url=False)]
    if problems:
        raise SpecError(problems)
    return config


def read_bytes(path: Path) -> bytes:
    """Return a user's file. Raises SpecError where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise SpecError([f"{path}: no such file"]) from error
    except IsADirectoryError as error:
        raise SpecError([f"{path}: a folder, where a file is wanted"]) from error
    except OSError as error:
        raise SpecError([f"{path}: cannot be read: {error.strerror}"]) from error


def read_text(path: Path) -> str:
    """Return a user's file as text. Raises SpecError where it is none."""
    content = read_bytes(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        seen = content[error.start]
        raise SpecError(
            [f"{path}:{line}:{column}: the byte 0x{seen:02x} is not UTF-8; save the file as UTF-8"]
        ) from error


def _compose(path: Path) -> Document:
    return positions.compose(read_text(path), str(path))


def _or_raise(model: ModelT | None, document: Document) -> ModelT:
    if document.problems:
        ordered = sorted(document.problems, key=lambda one: (one.place.line, one.place.column))
        raise SpecError(list(dict.fromkeys(str(problem) for problem in ordered)))
    assert model is not None, "no model and no problem"
    return model


def _validated(model: type[ModelT], value: Value, document: Document) -> ModelT | None:
    if not document.complete:
        return None
    if not isinstance(value, dict):
        document.report((), f"{shape(value)}, where a mapping is wanted: {', '.join(keys(model))}")
        return None
    try:
        return model.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            path = tuple(part for part in one["loc"] if part != "action")
            if one["type"] == "too_short" and one["input"]:  # pydantic counts the sound ones only
                continue
            if one["loc"][-1:] == ("action",):  # said already, with the step's keys
                _report_if_silent(document, path)
                continue
            document.report(path, message(one))
    return None


def _report_if_silent(document: Document, path: positions.Path) -> None:
    if not document.problems:
        document.report(path, "a step without an action")


def _files_are_there(scenario: Scenario, folder: Path, document: Document) -> None:
    """Report every file beside the scenario that it names and that is not there."""
    named: list[tuple[positions.Path, str]] = [
        *((("needs", "zones", zone), file) for zone, file in scenario.needs.zones.items()),
        *((("needs", "exports"), file) for file in (scenario.needs.exports,) if file is not None),
        *((("needs", "scenarios", index), file) for index, file in enumerate(scenario.needs.scenarios)),
        *([(("case",), scenario.case)] if scenario.case else []),
        *((("chapters", index), file) for index, file in enumerate(scenario.chapters)),
    ]
    for part, steps in (("steps", scenario.steps), ("cleanup", scenario.cleanup)):
        for index, step in enumerate(steps):
            if step.action.kind == "apply" and step.action.file is not None:
                named.append(((part, index, "apply", "file"), step.action.file))
    for path, file in named:
        if not (folder / file).is_file():
            document.report(path, f"{file}: no such file beside the scenario")
