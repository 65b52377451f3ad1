"""The node image, from the recipe in `images/node` to a tag in the engine.

Looked up by its tag first: the tag ends in a digest of the recipe, the flags, the Go compiler and the Debian
suites. What a mirror serves today is not part of it, as it is not for any image built from packages.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.builds.bases import SUITES, ensure_bases
from lab.builds.failures import must
from lab.builds.settings import host_settings, proxies, secret_files
from lab.host.shell import Shell
from lab.nodeimage import archives, binaries
from lab.nodeimage.kept import digest, folder_digest, whole

REPOSITORY = "airgap-lab/node"
IMAGE_SECONDS = 1200.0


def compose(shell: Shell, *, cache: Path, recipe: Path, say: Callable[[str], None]) -> str:
    """Have the node image in the engine and return its reference; build only what is missing."""
    version = binaries.kubernetes_version(recipe)
    go = binaries.go_version(shell)
    reference = f"{REPOSITORY}:{version}-{recipe_digest(recipe, go)}"
    if not shell.run(["docker", "image", "inspect", "--format", "{{.Id}}", reference], timeout=30).ok:
        programs = {
            bundle.name: binaries.build(bundle, shell, cache=cache, recipe=recipe, go=go, say=say)
            for bundle in binaries.bundles(version)
        }
        ensure_bases(shell, cache=cache, say=say)
        _image(shell, reference, programs, version, go=go, cache=cache, recipe=recipe, say=say)
    shell.run(["docker", "tag", reference, f"{REPOSITORY}:latest"], timeout=30).check()
    return reference


def recipe_digest(recipe: Path, go: str) -> str:
    """Return what tells one composed image from another, of the same Kubernetes version."""
    flags = [part for bundle in binaries.bundles(binaries.kubernetes_version(recipe)) for part in bundle.argv]
    return digest([folder_digest(recipe), go, repr(binaries.ENVIRONMENT), *flags, *SUITES])


def _image(
    shell: Shell,
    reference: str,
    programs: Mapping[str, Path],
    version: str,
    *,
    go: str,
    cache: Path,
    recipe: Path,
    say: Callable[[str], None],
) -> None:
    kubeadm = programs["kubernetes"] / "kubeadm"
    asked = [str(kubeadm), "config", "images", "list", "--kubernetes-version", version]
    wanted = shell.run(asked, timeout=60).check().stdout.split()
    pause = next(name for name in wanted if name.rsplit("/", 1)[-1].startswith("pause:"))
    with (
        tempfile.TemporaryDirectory(prefix="airgap-lab-node-") as scratch,
        secret_files(host_settings(shell)) as secrets,
    ):
        say("building the node image: packages")
        parts = Path(scratch, "parts")
        build = [
            "docker",
            "buildx",
            "build",
            *(f"--secret=id={name},src={file}" for name, file in secrets.items()),
            *(f"--build-arg={name}={value}" for name, value in proxies().items()),
        ]
        must(
            shell.run(
                [*build, "--target", "parts", "--output", f"type=local,dest={parts}", str(recipe)],
                timeout=IMAGE_SECONDS,
            )
        )
        components = _components(wanted, programs, parts, go=go, cache=cache, say=say)
        say("building the node image: assembly and preload")
        must(
            shell.run(
                [
                    *build,
                    "--target=node",
                    f"--build-arg=KUBERNETES_VERSION={version}",
                    f"--build-arg=PAUSE_IMAGE={pause}",
                    *(f"--build-context={name}={programs[name]}" for name in ("kubernetes", "crictl", "cni")),
                    f"--build-context=components={components}",
                    "--load",
                    f"--tag={reference}",
                    str(recipe),
                ],
                timeout=IMAGE_SECONDS,
            )
        )


def _components(
    wanted: list[str],
    programs: Mapping[str, Path],
    parts: Path,
    *,
    go: str,
    cache: Path,
    say: Callable[[str], None],
) -> Path:
    """Have the component images in the cache; return the folder that holds `components.tar`."""
    made_from = [*wanted, *(folder.name for folder in programs.values()), folder_digest(parts)]
    kept = cache / "node" / f"components-{digest(made_from)}"
    if kept.is_dir():
        return kept
    say("packing the component images")
    by_name = {file.name: file for folder in programs.values() for file in folder.iterdir()}
    images = [archives.component(name, by_name, parts) for name in wanted]
    with whole(kept) as out:
        archives.write(images, out / "components.tar", architecture=go.rsplit("/", 1)[-1])
    return kept
