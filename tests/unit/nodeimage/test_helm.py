from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.errors import LabError, ToolMissing
from lab.nodeimage import binaries, helm
from tests.fakes import FakeShell, completed

ROOT = Path(__file__).parents[3]
RECIPE = ROOT / "images" / "workstation"


def answer(argv: tuple[str, ...]):
    if argv[:2] == ("go", "version"):
        return completed("go version go1.26.8 linux/amd64\n", argv=argv)
    Path(argv[argv.index("-o") + 1], "helm").write_text("program")
    return completed(argv=argv)


def test_helm_is_built_from_its_own_module_and_kept(tmp_path: Path):
    shell, said = FakeShell(answer), []

    kept = helm.ensure(shell, cache=tmp_path, recipe=RECIPE, say=said.append)
    again = helm.ensure(shell, cache=tmp_path, recipe=RECIPE, say=said.append)

    assert kept is not None
    assert (kept / "helm").read_text() == "program"
    assert again == kept
    assert said == ["building helm"]
    (built,) = [call for call in shell.calls if call.argv[:2] == ("go", "build")]
    assert built.cwd == RECIPE / "go" / "helm"


def test_without_go_there_is_none_and_that_is_said(tmp_path: Path):
    def missing(_: tuple[str, ...]):
        raise ToolMissing("go: not found on PATH")

    said: list[str] = []

    assert helm.ensure(FakeShell(missing), cache=tmp_path, recipe=RECIPE, say=said.append) is None
    assert said == ["no Go here to build helm with: the workstation goes without it"]


def test_the_version_shown_is_the_one_required():
    argv = helm.bundle(RECIPE).argv
    required = re.search(r"helm\.sh/helm/v3 (\S+)", (RECIPE / "go" / "helm" / "go.mod").read_text())

    assert required is not None
    assert f"-X helm.sh/helm/v3/internal/version.version={required[1]}" in argv[argv.index("-ldflags") + 1]


def test_a_module_without_helm_is_an_error(tmp_path: Path):
    (tmp_path / "go" / "helm").mkdir(parents=True)
    (tmp_path / "go" / "helm" / "go.mod").write_text("module empty\n")

    with pytest.raises(LabError, match=r"requires no helm\.sh/helm/v3"):
        helm.bundle(tmp_path)


def test_helm_speaks_to_the_nodes_own_kubernetes():
    module = (RECIPE / "go" / "helm" / "go.mod").read_text()
    version = binaries.kubernetes_version(ROOT / "images" / "node")

    assert re.search(r"k8s\.io/client-go (\S+)", module)[1] == version.replace("v1.", "v0.")
