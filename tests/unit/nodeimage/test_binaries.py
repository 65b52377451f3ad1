from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.errors import CommandFailed, LabError, ToolMissing
from lab.host.shell import Completed
from lab.nodeimage import binaries
from tests.fakes import FakeShell, completed

RECIPE = Path(__file__).parents[3] / "images" / "node"
GO = "go version go1.26.8 linux/amd64"
BUNDLE = binaries.Bundle("cni")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    folder = tmp_path / "recipe" / "go" / "cni"
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module cni\n")
    return tmp_path / "recipe"


def go_build(argv: tuple[str, ...]) -> Completed:
    """Leave one program where `-o` says, as `go build` does."""
    Path(argv[argv.index("-o") + 1], "ptp").write_text("program")
    return completed(argv=argv)


def build(shell: FakeShell, tmp_path: Path, recipe: Path, said: list[str] | None = None) -> Path:
    say = said.append if said is not None else lambda _: None
    return binaries.build(BUNDLE, shell, cache=tmp_path / "cache", recipe=recipe, go=GO, say=say)


def test_a_bundle_is_built_in_its_module_and_kept(tmp_path: Path, recipe: Path):
    shell, said = FakeShell(go_build), []
    kept = build(shell, tmp_path, recipe, said)

    assert (kept / "ptp").read_text() == "program"
    assert [call.cwd for call in shell.calls] == [recipe / "go" / "cni"]
    assert said == ["building cni"]


def test_what_is_kept_is_not_built_again(tmp_path: Path, recipe: Path):
    shell, said = FakeShell(go_build), []
    first = build(shell, tmp_path, recipe)

    assert build(shell, tmp_path, recipe, said) == first
    assert len(shell.calls) == 1
    assert said == []


def test_a_changed_pin_is_built_again(tmp_path: Path, recipe: Path):
    shell = FakeShell(go_build)
    first = build(shell, tmp_path, recipe)
    (recipe / "go" / "cni" / "go.sum").write_text("another hash\n")

    assert build(shell, tmp_path, recipe) != first
    assert len(shell.calls) == 2


def test_a_failed_build_says_so_and_counts_for_nothing(tmp_path: Path, recipe: Path):
    failing = FakeShell(lambda argv: completed(stderr="cannot find module", exit_code=1, argv=argv))
    with pytest.raises(CommandFailed, match="cannot find module"):
        build(failing, tmp_path, recipe)

    assert list((tmp_path / "cache" / "node").iterdir()) == []
    assert (build(FakeShell(go_build), tmp_path, recipe) / "ptp").exists()


@pytest.mark.parametrize("other", ["go version go1.26.9 linux/amd64", "go version go1.26.8 linux/arm64"])
def test_another_compiler_makes_other_programs(recipe: Path, other: str):
    assert binaries.bundle_digest(BUNDLE, recipe, GO) == binaries.bundle_digest(BUNDLE, recipe, GO)
    assert binaries.bundle_digest(BUNDLE, recipe, GO) != binaries.bundle_digest(BUNDLE, recipe, other)


@pytest.mark.parametrize("bundle", binaries.bundles("v1.34.4"), ids=lambda bundle: bundle.name)
def test_every_build_is_pinned_and_static(bundle: binaries.Bundle):
    shell = FakeShell(lambda argv: completed(stdout=GO, argv=argv))
    binaries.go_version(shell)

    assert "-mod=readonly" in bundle.argv
    assert shell.calls[0].env["CGO_ENABLED"] == "0"
    assert shell.calls[0].env["GOTOOLCHAIN"] == "local"


def test_both_version_packages_of_kubernetes_are_stamped():
    (kubernetes,) = [bundle for bundle in binaries.bundles("v1.35.2") if bundle.name == "kubernetes"]
    linker = kubernetes.argv[kubernetes.argv.index("-ldflags") + 1]

    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
        assert f"-X {package}.gitVersion=v1.35.2" in linker
        assert f"-X {package}.gitMajor=1 -X {package}.gitMinor=35 " in linker


def test_without_go_the_message_says_what_would_do(tmp_path: Path):
    def missing(argv: tuple[str, ...]) -> Completed:
        raise ToolMissing("go: not found on PATH")

    with pytest.raises(ToolMissing, match=r"needs Go 1\.26\.2 or newer; or give a kindest/node archive"):
        binaries.go_version(FakeShell(missing))


class TestTheRecipe:
    """What stands in images/node/go."""

    def test_the_version_comes_from_the_requirement(self):
        assert binaries.kubernetes_version(RECIPE) == "v1.34.4"

    def test_a_module_without_kubernetes_is_an_error(self, tmp_path: Path):
        (tmp_path / "go" / "kubernetes").mkdir(parents=True)
        (tmp_path / "go" / "kubernetes" / "go.mod").write_text("module empty\n")
        with pytest.raises(LabError, match=r"requires no k8s\.io/kubernetes"):
            binaries.kubernetes_version(tmp_path)

    def test_every_staging_module_has_kubernetes_own_version(self):
        text = (RECIPE / "go" / "kubernetes" / "go.mod").read_text()
        versions = re.findall(r"=> k8s\.io/\S+ (v\S+)", text)

        assert set(versions) == {binaries.kubernetes_version(RECIPE).replace("v1.", "v0.")}
        assert len(versions) >= 29

    def test_every_bundle_has_a_folder_and_every_folder_a_bundle(self):
        folders = {folder.name for folder in (RECIPE / "go").iterdir()}

        assert {bundle.name for bundle in binaries.bundles("v1.34.4")} == folders

    @pytest.mark.parametrize("bundle", binaries.bundles("v1.34.4"), ids=lambda bundle: bundle.name)
    def test_what_is_built_is_what_the_module_names(self, bundle: binaries.Bundle):
        folder = RECIPE / "go" / bundle.name
        names_tools = bool(re.search(r"^tool ", (folder / "go.mod").read_text(), re.MULTILINE))

        assert (bundle.packages == "tool") == names_tools
        assert (bundle.packages == ".") == (folder / "main.go").exists()

    @pytest.mark.parametrize("bundle", binaries.bundles("v1.34.4"), ids=lambda bundle: bundle.name)
    def test_every_required_module_has_its_hash(self, bundle: binaries.Bundle):
        folder = RECIPE / "go" / bundle.name
        text = (folder / "go.mod").read_text()
        replaced = dict(re.findall(r"(\S+) => \S+ (v\S+)", text))
        required = re.findall(r"^(?:require |\t)(\S+\.\S+/\S+) (v\S+)", text, re.MULTILINE)
        wanted = {f"{name} {replaced.get(name, version)}/go.mod" for name, version in required}
        hashed = {" ".join(line.split()[:2]) for line in (folder / "go.sum").read_text().splitlines()}

        assert wanted
        assert wanted <= hashed
