"""What was generated: components/<name>.jsonnet and its parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import paramtext
from .app import App
from .errors import KsError
from .prototypes import Prototype

_name = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\Z")
_reference = re.compile(r"import\s+(['\"])param://([A-Za-z0-9_]+)\1")


def names(app: App) -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in app.components.glob("*.jsonnet")))


def generate(app: App, prototype: Prototype, component: str, given: Mapping[str, str]) -> Path:
    """Write *component* from *prototype* and its parameters from *given*; return the file.

    The object name is the component's unless `name` is given. A component is never written over.
    """
    if not _name.match(component):
        raise KsError(f'component name "{component}" is not valid')
    file = app.components / f"{component}.jsonnet"
    if file.exists():
        raise KsError(f'component with name "{component}" already exists')
    values = _values(prototype, {"name": component, **given})
    text = paramtext.set_values(app.params.read_text(encoding="utf-8"), component, values, opening=":")
    file.write_text(header(component) + _reference.sub(r"params.\2", prototype.body), encoding="utf-8")
    app.params.write_text(text, encoding="utf-8")
    return file


def remove(app: App, component: str) -> None:
    """Take *component* away, its parameters and what environments say of them. What is deployed stays."""
    if component not in names(app):
        raise KsError(f'component "{component}" was not found')
    for file in (app.params, *(env.path / "params.libsonnet" for env in app.environments)):
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if paramtext.has(text, component):
            file.write_text(paramtext.drop(text, component), encoding="utf-8")
    (app.components / f"{component}.jsonnet").unlink()


def header(component: str) -> str:
    """Bind the two names that every prototype may use."""
    return (
        'local env = std.extVar("__ksonnet/environments");\n'
        f'local params = std.extVar("__ksonnet/params").components[{paramtext.literal(component)}];\n'
    )


def _values(prototype: Prototype, given: Mapping[str, str]) -> dict[str, object]:
    declared = {parameter.name for parameter in prototype.parameters}
    unknown = sorted(set(given) - declared - {"name"})
    if unknown:
        raise KsError(f"unknown flag: --{unknown[0]}")
    texts = {p.name: given.get(p.name, p.default) for p in prototype.parameters}
    missing = [name for name, text in texts.items() if text is None]
    if missing:
        raise KsError(f"prototype '{prototype.name}' needs values for: {', '.join(missing)}")
    kinds = {parameter.name: parameter.kind for parameter in prototype.parameters}
    return {name: _typed(kinds[name], text or "", name) for name, text in texts.items()}


def _typed(kind: str, text: str, name: str) -> object:
    if kind == "string":
        return text
    value = paramtext.parse(text)
    fits = {"number": (int, float), "array": list, "object": dict}.get(kind, object)
    if not isinstance(value, fits):  # type: ignore[arg-type]
        raise KsError(f"parameter '{name}' must be of type {kind}, not '{text}'")
    return value
