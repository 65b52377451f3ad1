"""Components and parameters in, Kubernetes objects out, by jsonnet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import components
from .app import App, Environment
from .errors import KsError

Object = dict[str, Any]

COMPONENT_LABEL = "ksonnet.io/component"


def parameters(app: App, env: Environment) -> dict[str, Any]:
    """Evaluate the parameters as *env* sees them: component name to its values."""
    code = {"__ksonnet/params": app.params.read_text(encoding="utf-8")}
    value = _evaluate(
        app, env, (env.path / "params.libsonnet").read_text(encoding="utf-8"), code, "params.libsonnet"
    )
    found: dict[str, Any] = value["components"]
    return found


def base_parameters(app: App) -> dict[str, Any]:
    """Evaluate the parameters as components/params.libsonnet alone has them."""
    found: dict[str, Any] = _evaluate(app, None, app.params.read_text(encoding="utf-8"), {}, str(app.params))[
        "components"
    ]
    return found


def objects(app: App, env: Environment, only: Sequence[str] = ()) -> list[Object]:
    """Render *env*'s components, or those named in *only*, each object labelled with its component."""
    there = components.names(app)
    for name in only:
        if name not in there:
            raise KsError(f'component "{name}" was not found')
    params = (env.path / "params.libsonnet").read_text(encoding="utf-8")
    code = {
        "__ksonnet/params": params.replace(
            'std.extVar("__ksonnet/params")', f"({app.params.read_text(encoding='utf-8')})"
        ),
        "__ksonnet/environments": json.dumps({"server": env.server, "namespace": env.namespace}),
        "__ksonnet/components": _chosen(app, only or there),
    }
    main = (env.path / "main.jsonnet").read_text(encoding="utf-8")
    tree = _evaluate(app, env, main, code, str(env.path / "main.jsonnet"))
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


def _evaluate(
    app: App, env: Environment | None, text: str, code: Mapping[str, str], source: str
) -> dict[str, Any]:
    import _jsonnet  # noqa: PLC0415 - commands that render nothing start without it

    library = app.root / "lib" / "ksonnet-lib" / (env.k8s_version if env else "")
    path = [app.root / "environments", app.root, library, app.vendor, *([env.path] if env else [])]
    try:
        found = _jsonnet.evaluate_snippet(source, text, jpathdir=[str(p) for p in path], ext_codes=dict(code))
    except RuntimeError as error:
        raise KsError(f"unable to evaluate jsonnet: {' '.join(str(error).split())}") from error
    value = json.loads(found)
    if not isinstance(value, dict):
        raise KsError(f"{source} does not evaluate to an object")
    return value
