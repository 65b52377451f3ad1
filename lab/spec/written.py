"""A scenario as it is written, brought into the shape that the models have: keys checked, actions named.

Nothing is raised here: problems go into the document, each with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel

from lab.spec import positions
from lab.spec.actions import ACTIONS, SHORT
from lab.spec.complaints import suggestion, unknown
from lab.spec.positions import Document, Value
from lab.spec.scenario import Expectation, Finding, Needs, Plot, Scenario, Step, Uncovered

NOT_IN_FILES = frozenset({"kind", "action", "where", "source"})
"""Fields that reading fills in."""


def expanded(document: Document) -> Value:
    """Return the scenario's value with each step's action key turned into an `action`."""
    value = document.value
    if not document.complete or not isinstance(value, dict):
        return value
    check_keys(Scenario, value, (), document)
    whole = without_unknown(Scenario, value)
    if "needs" in whole:
        whole["needs"] = checked(Needs, whole["needs"], ("needs",), document)
    for key, model in (("uncovered", Uncovered), ("findings", Finding)):
        if isinstance(notes := whole.get(key), list):
            whole[key] = [checked(model, one, (key, index), document) for index, one in enumerate(notes)]
    names: dict[str, int] = {}
    for part in ("steps", "cleanup"):
        if isinstance(steps := whole.get(part), list):
            whole[part] = [
                _step(step, (part, index), document, names) if isinstance(step, dict) else step
                for index, step in enumerate(steps)
            ]
    _check_story(value, document)
    whole["source"] = document.source
    return whole


def _check_story(whole: dict[str, Value], document: Document) -> None:
    """See that there is something to play: steps and what belongs to them, or chapters that have all that."""
    if "chapters" not in whole:
        if "steps" not in whole:
            document.report((), "'steps' is missing")
        elif whole["steps"] == []:
            document.report(("steps",), "'steps' is empty; at least 1 is wanted")
        return
    if whole["chapters"] == []:
        document.report(("chapters",), "'chapters' is empty; at least 1 is wanted")
    for key in ("steps", "needs", "cleanup"):
        if key in whole:
            document.report((key,), f"{key!r} beside 'chapters': they have their own; take one of both out")


def _step(step: dict[str, Value], path: positions.Path, document: Document, names: dict[str, int]) -> Value:
    check_keys(Step, step, path, document, also=ACTIONS)
    inner = without_unknown(Step, step)
    line = document.place(path).line
    inner["where"] = f"{document.source}:{line}"
    name = step.get("name")
    if isinstance(name, str):
        if name in names:
            document.report(
                (*path, "name"), f"a second step named {name!r}, first in line {names[name]}; rename one"
            )
        names.setdefault(name, document.place((*path, "name")).line)
    if "expect" in inner:
        inner["expect"] = checked(Expectation, inner["expect"], (*path, "expect"), document)
    if "plot" in inner:
        inner["plot"] = checked(Plot, inner["plot"], (*path, "plot"), document)
    kinds = [key for key in step if key in ACTIONS]
    if len(kinds) > 1:
        document.report((*path, kinds[1]), f"a step has one action; this has {', '.join(kinds)}: split it")
    elif not kinds and not any(suggestion(key, ACTIONS) for key in step if key not in keys(Step)):
        document.report(path, f"a step without an action; give it one of {', '.join(ACTIONS)}")
    if kinds:
        inner["action"] = _action(kinds[0], step[kinds[0]], (*path, kinds[0]), document)
    return inner


def _action(kind: str, value: Value, path: positions.Path, document: Document) -> Value:
    if isinstance(value, dict):
        check_keys(ACTIONS[kind], value, path, document)
        return {**without_unknown(ACTIONS[kind], value), "kind": kind}
    if kind in SHORT:
        return {SHORT[kind]: value, "kind": kind}
    document.report(path, f"{kind} takes a mapping: {', '.join(keys(ACTIONS[kind]))}")
    return None


def keys(model: type[BaseModel]) -> list[str]:
    """Return the keys that *model* has in a file."""
    fields = model.model_fields.items()
    return [field.alias or name for name, field in fields if name not in NOT_IN_FILES]


def without_unknown(model: type[BaseModel], value: Value) -> dict[str, Value]:
    """Return a mapping without the keys that *model* lacks."""
    assert isinstance(value, dict)
    return {key: inner for key, inner in value.items() if key in keys(model)}


def checked(model: type[BaseModel], value: Value, path: positions.Path, document: Document) -> Value:
    """Report the keys of a mapping that *model* lacks; return it without them."""
    if not isinstance(value, dict):
        return value
    check_keys(model, value, path, document)
    return without_unknown(model, value)


def check_keys(
    model: type[BaseModel],
    value: Value,
    path: positions.Path,
    document: Document,
    *,
    also: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Report the keys of *value*, where it is a mapping, that are neither *model*'s nor in *also*."""
    known = [*keys(model), *also]
    for key in value if isinstance(value, dict) else ():
        if key not in known:
            document.report((*path, key), unknown("key", key, known))
