"""Components and parameters in, Kubernetes objects out, by jsonnet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import components
from .app import App, Environment
from .errors import KsError

Object = dict[str, Any]

COMPONENT_LABEL = "ksonnet.io/component"


def parameters(app: App, env: Environment) -> dict[str, Any]:
    """Evaluate the parameters as *env* sees them: component name to its values."""
    value = _evaluate(app, env, _read(env.path / "params.libsonnet"), {"__ksonnet/params": _read(app.params)})
    return _components(value)


def base_parameters(app: App) -> dict[str, Any]:
    """Evaluate the parameters as components/params.libsonnet alone has them."""
    return _components(_evaluate(app, None, _read(app.params), {}))


def objects(app: App, env: Environment, only: Sequence[str] = ()) -> list[Object]:
    """Render *env*'s components, or those named in *only*, each object labelled with its component."""
    there = components.names(app)
    for name in only:
        if name not in there:
            raise KsError(f'component "{name}" was not found')
    code = {
        "__ksonnet/params": json.dumps({"components": parameters(app, env)}),
        "__ksonnet/environments": json.dumps({"server": env.server, "namespace": env.namespace}),
        "__ksonnet/components": _chosen(app, only or there),
    }
    tree = _evaluate(app, env, _read(env.path / "main.jsonnet"), code)
    return [_labelled(found, name) for name in sorted(tree) for found in flatten(tree[name])]


def flatten(tree: object) -> Iterator[Object]:
    """Find the objects in whatever a component evaluates to: one, a list, a List, or any nest of them."""
    if isinstance(tree, list):
        for part in tree:
            yield from flatten(part)
    elif isinstance(tree, dict):
        if str(tree.get("kind", "")).endswith("List") and "items" in tree:
            yield from flatten(tree["items"])
        elif "kind" in tree and "apiVersion" in tree:
            yield tree
        else:
            for part in tree.values():
                yield from flatten(part)


def _labelled(found: Object, component: str) -> Object:
    metadata = found.get("metadata") or {}
    labels = {**(metadata.get("labels") or {}), COMPONENT_LABEL: component}
    return {**found, "metadata": {**metadata, "labels": labels}}


def _chosen(app: App, chosen: Sequence[str]) -> str:
    parts = (
        f"{json.dumps(name)}: import {json.dumps(str(app.components / name) + '.jsonnet')}" for name in chosen
    )
    return "{" + ", ".join(parts) + "}"


def _components(value: dict[str, Any]) -> dict[str, Any]:
    found = value.get("components")
    if not isinstance(found, dict) or not all(isinstance(part, dict) for part in found.values()):
        raise KsError("the parameters do not have an object of parameters for each component")
    return found


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _evaluate(app: App, env: Environment | None, text: str, code: Mapping[str, str]) -> dict[str, Any]:
    try:
        import _gojsonnet  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - rarely needed
    except ImportError as error:
        raise KsError("the Python package gojsonnet is not installed") from error
    library = app.root / "lib" / "ksonnet-lib" / (env.k8s_version if env else "")
    path = [app.root / "environments", app.root, library, app.vendor, *([env.path] if env else [])]
    source = "main.jsonnet" if "__ksonnet/components" in code else "params.libsonnet"
    try:
        found = _gojsonnet.evaluate_snippet(
            source, text, jpathdir=[str(p) for p in path], ext_codes=dict(code)
        )
    except RuntimeError as error:
        raise KsError(f"unable to evaluate jsonnet: {' '.join(str(error).split())}") from error
    value = json.loads(found)
    if not isinstance(value, dict):
        raise KsError(f"{source} does not evaluate to an object")
    return value
