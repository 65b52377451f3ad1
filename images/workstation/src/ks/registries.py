"""Registries in the filesystem, and packages copied out of them into vendor/."""

from __future__ import annotations

import shutil
from pathlib import Path

from .app import App
from .errors import KsError

REMOTE = ("http://", "https://", "github.com/")


def add(app: App, name: str, uri: str) -> None:
    """Note a registry in app.yaml. It must be a folder with a registry.yaml; nothing is fetched."""
    there = app.raw.get("registries") or {}
    if name in there:
        raise KsError(f'registry "{name}" already exists')
    if uri.startswith(REMOTE):
        raise KsError(f"{uri}: this stand-in has no network; give the path of a folder")
    folder = Path(uri.removeprefix("file://"))
    folder = folder if folder.is_absolute() else app.root / folder
    if not (folder / "registry.yaml").is_file():
        raise KsError(f"{folder} is not a registry: it has no registry.yaml")
    entry = {"protocol": "fs", "uri": str(folder)}
    app.save({**app.raw, "registries": {**there, name: entry}})


def rows(app: App) -> list[tuple[str, ...]]:
    found = app.raw.get("registries") or {}
    return [(name, str(found[name]["protocol"]), str(found[name]["uri"])) for name in sorted(found)]


def install(app: App, spec: str) -> None:
    """Copy `<registry>/<package>` into vendor/ and note it in app.yaml."""
    registry, slash, package = spec.partition("/")
    if not slash or not package or "/" in package:
        raise KsError(f"{spec}: a package is written <registry>/<package>")
    folder = _folder(app, registry) / package
    there = app.raw.get("libraries") or {}
    if package in there:
        raise KsError(f'package "{package}" already exists')
    if package.startswith(".") or not (folder / "parts.yaml").is_file():
        raise KsError(f'package "{package}" was not found in registry "{registry}"')
    shutil.copytree(folder, app.vendor / registry / package, dirs_exist_ok=True)
    entry = {"name": package, "registry": registry}
    app.save({**app.raw, "libraries": {**there, package: entry}})


def packages(app: App) -> list[tuple[str, ...]]:
    """List what every registry offers; a star marks what is installed."""
    installed = app.raw.get("libraries") or {}
    return [
        (registry, parts.parent.name, "*" if parts.parent.name in installed else "")
        for registry in sorted(app.raw.get("registries") or {})
        for parts in sorted(_folder(app, registry).glob("*/parts.yaml"))
    ]


def _folder(app: App, registry: str) -> Path:
    found = (app.raw.get("registries") or {}).get(registry)
    if found is None:
        raise KsError(f'registry "{registry}" was not found')
    return Path(str(found["uri"]))
