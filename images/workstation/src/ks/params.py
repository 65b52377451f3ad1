"""The `ks param` commands."""

from __future__ import annotations

from pathlib import Path

from . import components, paramtext, rendering
from .app import App
from .errors import KsError

Row = tuple[str, str, str]


def set_value(app: App, component: str, name: str, text: str, *, env: str | None, as_string: bool) -> None:
    """Change components/params.libsonnet, or *env*'s file, where the component may not stand yet."""
    if component not in components.names(app):
        raise KsError(f'could not find component "{component}"')
    file: Path = app.environment(env).path / "params.libsonnet" if env else app.params
    value = text if as_string else paramtext.parse(text)
    before = file.read_text(encoding="utf-8")
    after = paramtext.set_values(before, component, {name: value}, opening="+:" if env else None)
    file.write_text(after, encoding="utf-8")


def delete_value(app: App, component: str, name: str, *, env: str | None) -> None:
    """Take one value out of components/params.libsonnet, or out of *env*'s file."""
    file: Path = app.environment(env).path / "params.libsonnet" if env else app.params
    file.write_text(paramtext.drop(file.read_text(encoding="utf-8"), component, name), encoding="utf-8")


def rows(app: App, component: str | None, env: str | None) -> list[Row]:
    """List what is set, in order of component and name."""
    if component and component not in components.names(app):
        raise KsError(f'could not find component "{component}"')
    values = rendering.parameters(app, app.environment(env)) if env else rendering.base_parameters(app)
    return [
        (owner, name, _shown(value))
        for owner in sorted(values)
        if component in {None, owner}
        for name, value in sorted(values[owner].items())
    ]


def _shown(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else paramtext.literal(value)
