"""Helm for the workstation, built from source as a node's programs are.

Its Kubernetes libraries are of the node's own version, so that a cold build compiles part of them once only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lab.errors import LabError, ToolMissing
from lab.host.shell import Shell
from lab.nodeimage import binaries


def ensure(shell: Shell, *, cache: Path, recipe: Path, say: Callable[[str], None]) -> Path | None:
    """Have helm in the cache and return its folder; None where there is no Go to build it with.

    *recipe* is the workstation's. Without helm the rest of the lab is whole, so that is said and no error.
    """
    try:
        go = binaries.go_version(shell)
    except ToolMissing:
        say("no Go here to build helm with: the workstation goes without it")
        return None
    return binaries.build(bundle(recipe), shell, cache=cache, recipe=recipe, go=go, say=say)


def bundle(recipe: Path) -> binaries.Bundle:
    """Return what is built, stamped with the version that go.mod requires. Raises LabError without one."""
    module = recipe / "go" / "helm" / "go.mod"
    found = re.search(r"helm\.sh/helm/v3 (v\d+\.\d+\.\d+)\b", module.read_text(encoding="utf-8"))
    if found is None:
        raise LabError(f"{module}: requires no helm.sh/helm/v3")
    package = "helm.sh/helm/v3/internal/version"
    return binaries.Bundle(
        "helm", stamps={f"{package}.version": found[1], f"{package}.gitTreeState": "clean"}
    )
