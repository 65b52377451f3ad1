"""The Go programs of a node, each built from a module folder that pins it: `images/node/go/<name>`.

Facts: module zips of Kubernetes lack what its Makefile stamps in, and kubeadm without `gitMajor` takes every
version skew from a placeholder (`cmd/kubeadm/app/constants`). A dynamic program cannot start in an image that
holds one file, so cgo is off throughout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.builds.failures import must
from lab.errors import LabError, ToolMissing
from lab.host.shell import Shell
from lab.nodeimage.kept import digest, folder_digest, whole

BUILD_SECONDS = 3600.0
"""Kubernetes takes 6 to 13 minutes on two cores, the first time."""
ENVIRONMENT = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false", "GOWORK": "off"}
EPOCH = "1970-01-01T00:00:00Z"
COREDNS_COMMIT = "707c7c10"
"""Of v1.12.1, from the module proxy's record of the tag."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Programs that one module pins and one `go build` makes, so that they share what they have in common."""

    name: str
    packages: str = "tool"
    """`tool`: those that go.mod names; `.`: the main of ours, called after its folder."""
    tags: tuple[str, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=dict)

    @property
    def argv(self) -> tuple[str, ...]:
        """The build, without its destination."""
        linker = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in self.stamps.items())])
        tags = ("-tags", ",".join(self.tags)) if self.tags else ()
        return ("go", "build", "-mod=readonly", "-trimpath", *tags, "-ldflags", linker, self.packages)


def bundles(kubernetes: str) -> tuple[Bundle, ...]:
    """Return what a node of this Kubernetes version is made of, quickest first: mistakes show early."""
    return (
        Bundle("cni"),
        Bundle("crictl", stamps={"sigs.k8s.io/cri-tools/pkg/version.Version": "v1.36.0"}),
        Bundle("etcd", packages="."),
        Bundle(
            "coredns", packages=".", stamps={"github.com/coredns/coredns/coremain.GitCommit": COREDNS_COMMIT}
        ),
        Bundle("kubernetes", tags=("selinux", "notest", "grpcnotrace"), stamps=_stamps(kubernetes)),
    )


def _stamps(version: str) -> dict[str, str]:
    major, minor, _ = version.removeprefix("v").split(".", 2)
    said = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": EPOCH,
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return {f"{package}.{name}": value for package in packages for name, value in said.items()}


def kubernetes_version(recipe: Path) -> str:
    """Read the version from the one place that decides it: the module's requirement."""
    module = recipe / "go" / "kubernetes" / "go.mod"
    found = re.search(r"^require k8s\.io/kubernetes (v\d+\.\d+\.\d+)$", module.read_text(), re.MULTILINE)
    if found is None:
        raise LabError(f"{module}: requires no k8s.io/kubernetes")
    return found[1]


def go_version(shell: Shell) -> str:
    """Return what `go version` says, or raise ToolMissing with a way to get it."""
    try:
        return shell.run(["go", "version"], timeout=30, env=ENVIRONMENT).check().stdout.strip()
    except ToolMissing as error:
        raise ToolMissing(
            "go: not found on PATH. Without a registry the node image is built from source, which needs Go"
            " 1.26.2 or newer; or give a kindest/node archive as node_image"
        ) from error


def bundle_digest(bundle: Bundle, recipe: Path, go: str) -> str:
    """Return what decides the programs' bytes: the pinned modules, the flags and the compiler."""
    return digest([*bundle.argv, repr(ENVIRONMENT), go, folder_digest(recipe / "go" / bundle.name)])


def build(
    bundle: Bundle, shell: Shell, *, cache: Path, recipe: Path, go: str, say: Callable[[str], None]
) -> Path:
    """Have *bundle*'s programs in the cache and return their folder. What is there is not built again."""
    kept = cache / "node" / f"{bundle.name}-{bundle_digest(bundle, recipe, go)}"
    if kept.is_dir():
        return kept
    say(f"building {bundle.name}")
    with whole(kept) as out:
        *flags, packages = bundle.argv
        folder = recipe / "go" / bundle.name
        argv = [*flags, "-o", f"{out}/", packages]
        must(shell.run(argv, timeout=BUILD_SECONDS, env=ENVIRONMENT, cwd=folder))
    return kept
