"""`ks init`: lay down a new application, from what is at hand only.

The original asks two places outside: api.github.com for the registry `incubator`, and
raw.githubusercontent.com for the API description of the live server. Offline both end it, unless the two
options say otherwise.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .app import App
from .errors import KsError
from .kubectl import Kubectl

INCUBATOR = "https://api.github.com/repos/ksonnet/parts/commits/master"
SWAGGER = "https://raw.githubusercontent.com/kubernetes/kubernetes/v1.8.0/api/openapi-spec/swagger.json"

BASE = """\
local components = std.extVar("__ksonnet/components");

components + {
  // What all environments change goes here.
}
"""
MAIN = 'local base = import "base.libsonnet";\n\nbase + {\n  // What this environment changes goes here.\n}\n'
GLOBALS = "{\n  // Values that every component of this environment gets.\n}\n"
ENV_PARAMS = """\
local params = std.extVar("__ksonnet/params");
local globals = import "globals.libsonnet";
local envParams = params + {
  components +: {
    // Values that differ in this environment.
  },
};

{
  components: {
    [name]: envParams.components[name] + globals
    for name in std.objectFields(envParams.components)
  },
}
"""
PARAMS = """\
{
  global: {
    // Values for all components.
  },
  components: {
    // One object for each component, written by `ks generate` and `ks param set`.
  },
}
"""
K8S = (
    "{\n  core:: { v1:: { list:: { new(items):: { apiVersion: 'v1', kind: 'List', items: items } } } },\n}\n"
)
K = "(import 'k8s.libsonnet')\n"
IGNORED = "/lib\n/.ksonnet/registries\n/app.override.yaml\n/.ks_environment\n"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was asked for; empty server and namespace mean those of kubectl's current context."""

    name: str
    server: str
    namespace: str
    api_spec: str
    skip_default_registries: bool


def init(start: Path, choice: Choice, kubectl: Kubectl, log: Callable[[str], None]) -> None:
    """Make the folder *choice.name* below *start*. Nothing is made where something is missing."""
    root = start / choice.name
    if root.exists():
        raise KsError(f"could not create app; directory '{root}' already exists")
    if not choice.skip_default_registries:
        raise KsError(_unreachable(INCUBATOR, "--skip-default-registries"))
    if not choice.api_spec.startswith("file:"):
        raise KsError(_unreachable(SWAGGER, "--api-spec=file:<swagger.json>"))
    swagger = start / choice.api_spec.removeprefix("file:")
    version = _version(swagger)
    server, namespace = choice.server, choice.namespace
    if not server or not namespace:
        found = kubectl.context()
        server, namespace = server or found[0], namespace or found[1]
        log(f"Using context's server '{server}' and namespace '{namespace}'")
    log(f'Creating environment "default" with namespace "{namespace}", at address \'{server}\'')
    for name, text in _files().items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    _library(root / "lib" / "ksonnet-lib" / version, swagger)
    for folder in (".ksonnet/registries", "vendor"):
        (root / folder).mkdir(parents=True)
    destination = {"namespace": namespace, "server": server}
    environment = {"destination": destination, "k8sVersion": version, "path": "default"}
    raw = {
        "apiVersion": "0.2.0",
        "kind": "ksonnet.io/app",
        "name": root.name,
        "version": "0.0.1",
        "environments": {"default": environment},
    }
    App(root, raw).save(raw)
    log("ksonnet app successfully created! Next, try creating a component with `ks generate`.")


def _files() -> dict[str, str]:
    return {
        ".gitignore": IGNORED,
        "components/params.libsonnet": PARAMS,
        "environments/base.libsonnet": BASE,
        "environments/default/main.jsonnet": MAIN,
        "environments/default/params.libsonnet": ENV_PARAMS,
        "environments/default/globals.libsonnet": GLOBALS,
    }


def _library(folder: Path, swagger: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copyfile(swagger, folder / "swagger.json")
    (folder / "k8s.libsonnet").write_text(K8S, encoding="utf-8")
    (folder / "k.libsonnet").write_text(K, encoding="utf-8")


def _version(swagger: Path) -> str:
    try:
        found = json.loads(swagger.read_text(encoding="utf-8"))["info"]["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise KsError(f"{swagger} is not an API description with info.version") from error
    return str(found).partition("+")[0]


def _unreachable(url: str, option: str) -> str:
    host = url.split("/")[2]
    said = f"Get {url}: dial tcp: lookup {host}: no such host"
    return f"{said} (not tried: this stand-in is offline; use {option})"
