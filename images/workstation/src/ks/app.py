"""The application folder: where it is, and what app.yaml says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import KsError

_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Environment:
    """A place to deploy to. *server* is kept for the components that ask for it."""

    name: str
    namespace: str
    server: str
    k8s_version: str
    path: Path


@dataclass(frozen=True, slots=True)
class App:
    """An application; *raw* is app.yaml as it was read."""

    root: Path
    raw: dict[str, Any]

    @property
    def components(self) -> Path:
        return self.root / "components"

    @property
    def params(self) -> Path:
        return self.components / "params.libsonnet"

    @property
    def vendor(self) -> Path:
        return self.root / "vendor"

    @property
    def environments(self) -> tuple[Environment, ...]:
        return tuple(self.environment(name) for name in sorted(self.raw.get("environments") or {}))

    def environment(self, name: str) -> Environment:
        """Return the environment *name*, or raise KsError."""
        found = (self.raw.get("environments") or {}).get(name)
        if found is None:
            raise KsError(f'environment "{name}" was not found')
        destination = found.get("destination") or {}
        return Environment(
            name,
            str(destination.get("namespace") or "default"),
            str(destination.get("server") or ""),
            str(found.get("k8sVersion") or ""),
            self.root / "environments" / str(found.get("path") or name),
        )

    def save(self, raw: dict[str, Any]) -> None:
        (self.root / "app.yaml").write_text(yaml.safe_dump(raw, default_flow_style=False), encoding="utf-8")


def find(start: Path) -> App:
    """Open the application that *start* is in: the nearest folder upwards with an app.yaml."""
    for folder in (start, *start.parents):
        file = folder / "app.yaml"
        if file.is_file():
            return App(folder, _read(file))
    raise KsError("unable to find ksonnet project: no app.yaml in this folder or above it")


def _read(file: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(file.read_text(encoding="utf-8"), Loader=_loader)  # noqa: S506 - a safe loader, C if there
    except yaml.YAMLError as error:
        raise KsError(f"{file} is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict) or raw.get("kind") != "ksonnet.io/app":
        raise KsError(f"{file} does not describe a ksonnet application")
    return raw
