from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lab.errors import CommandFailed
from lab.host.shell import Completed
from lab.nodeimage.compose import compose, recipe_digest
from tests.fakes import FakeShell, completed

RECIPE = Path(__file__).parents[3] / "images" / "node"
GO = "go version go1.26.8 linux/amd64"
PROGRAMS = {
    "cni": ("ptp", "host-local", "portmap", "loopback"),
    "crictl": ("crictl",),
    "etcd": ("etcd",),
    "coredns": ("coredns",),
    "kubernetes": ("kube-apiserver", "kube-proxy", "kubeadm", "kubectl", "kubelet"),
}
WANTED = """\
registry.k8s.io/kube-apiserver:v1.34.4
registry.k8s.io/kube-proxy:v1.34.4
registry.k8s.io/coredns/coredns:v1.12.1
registry.k8s.io/pause:3.10.1
registry.k8s.io/etcd:3.6.5-0
"""


class Machine:
    """A host as composing sees it: Go, an engine with images by tag, and kubeadm once it is built."""

    def __init__(self) -> None:
        self.images = {"airgap-lab/base:bookworm", "airgap-lab/base:trixie"}
        self.shell = FakeShell(self.answer)
        self.failing = ""

    def answer(self, argv: tuple[str, ...]) -> Completed:
        line = " ".join(argv)
        if self.failing and self.failing in line:
            return completed(stderr="no space left", exit_code=1, argv=argv)
        match argv:
            case ("go", "version"):
                return completed(stdout=f"{GO}\n", argv=argv)
            case ("go", "build", *_):
                out = Path(argv[argv.index("-o") + 1])
                name = out.name.removeprefix(".").split("-", 1)[0]
                for program in PROGRAMS[name]:
                    (out / program).write_text(program)
            case ("docker", "image", "inspect", *_):
                return completed(exit_code=0 if argv[-1] in self.images else 1, argv=argv)
            case ("docker", "buildx", "build", *_) if "parts" in argv:
                parts = Path(line.split("dest=", 1)[1].split(" ", 1)[0])
                (parts / "proxy").mkdir(parents=True)
                (parts / "pause").write_text("pause")
                (parts / "proxy" / "nft").write_text("nft")
            case ("docker", "buildx", "build", *_):
                self.images |= {one.removeprefix("--tag=") for one in argv if one.startswith("--tag=")}
            case (kubeadm, "config", "images", "list", *_) if kubeadm.endswith("/kubeadm"):
                return completed(stdout=WANTED, argv=argv)
        return completed(argv=argv)

    def compose(self, cache: Path, recipe: Path = RECIPE, said: list[str] | None = None) -> str:
        say = said.append if said is not None else lambda _: None
        return compose(self.shell, cache=cache, recipe=recipe, say=say)

    def ran(self, *words: str) -> list[tuple[str, ...]]:
        return [argv for argv in self.shell.ran if all(word in argv for word in words)]


def test_the_image_is_built_named_and_called_latest(tmp_path: Path):
    machine = Machine()
    reference = machine.compose(tmp_path)

    assert reference == f"airgap-lab/node:v1.34.4-{recipe_digest(RECIPE, GO)}"
    assert reference in machine.images
    assert machine.shell.ran[-1] == ("docker", "tag", reference, "airgap-lab/node:latest")


def test_the_sandbox_image_is_the_one_that_is_preloaded(tmp_path: Path):
    machine = Machine()
    machine.compose(tmp_path)

    (argv,) = machine.ran("--target=node")
    assert "--build-arg=PAUSE_IMAGE=registry.k8s.io/pause:3.10.1" in argv
    assert "--build-arg=KUBERNETES_VERSION=v1.34.4" in argv


def test_an_image_that_is_there_is_not_built(tmp_path: Path):
    machine, said = Machine(), []
    machine.images.add(f"airgap-lab/node:v1.34.4-{recipe_digest(RECIPE, GO)}")
    machine.compose(tmp_path, said=said)

    assert machine.ran("build") == []
    assert said == []


def test_a_lost_image_is_assembled_from_what_is_kept(tmp_path: Path):
    machine, said = Machine(), []
    machine.images.discard(machine.compose(tmp_path))
    machine.compose(tmp_path, said=said)

    assert len(machine.ran("go", "build")) == len(PROGRAMS)
    assert said == ["building the node image: packages", "building the node image: assembly and preload"]


def test_a_changed_file_changes_the_name(tmp_path: Path):
    recipe = tmp_path / "recipe"
    shutil.copytree(RECIPE, recipe)
    machine = Machine()
    first = machine.compose(tmp_path / "cache", recipe)
    with (recipe / "root/etc/containerd/config.toml").open("a") as config:
        config.write("# another\n")

    assert machine.compose(tmp_path / "cache", recipe) != first
    assert len(machine.ran("go", "build")) == len(PROGRAMS), "the programs are not touched by it"


@pytest.mark.parametrize("failing", ["--target=node", "--target parts", "config images list"])
def test_a_build_that_fails_leaves_no_image_and_can_be_done_again(tmp_path: Path, failing: str):
    machine = Machine()
    machine.failing = failing
    with pytest.raises(CommandFailed, match="no space left"):
        machine.compose(tmp_path)
    assert not any(image.startswith("airgap-lab/node") for image in machine.images)

    machine.failing = ""
    assert machine.compose(tmp_path) in machine.images
