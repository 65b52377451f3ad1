"""Which node image a cluster is made of: the user's, else kind's own, else one composed here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lab.builds.reference import parse_reference
from lab.errors import LabError, ToolMissing
from lab.host.shell import Shell
from lab.nodeimage import compose, given
from lab.nodeimage.binaries import go_version, kubernetes_version

PULL_SECONDS = 600
ASK_SECONDS = 15
ARCHIVES = (".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".txz", ".tzst")


def choose(shell: Shell, asked: str | None, *, cache: Path, recipe: Path, say: Callable[[str], None]) -> str:
    """Return the reference of a node image that the engine has.

    Order: *asked* (an archive's path, or a reference, pulled if need be); kind's own image of the recipe's
    Kubernetes version where it is there or a registry answers; else composed from *recipe*.
    """
    if asked is not None:
        return given.load(shell, Path(asked)) if _is_path(asked) else _have(shell, asked)
    composed = _composed(shell, recipe)
    if composed is not None:
        return composed
    official = f"kindest/node:{kubernetes_version(recipe)}"
    if _present(shell, official):
        return official
    # A manifest is small: where no registry answers, this says so within seconds.
    if shell.run(["docker", "manifest", "inspect", official], timeout=ASK_SECONDS).ok:
        say(f"pulling {official}")
        return _have(shell, official)
    return compose.compose(shell, cache=cache, recipe=recipe, say=say)


def _composed(shell: Shell, recipe: Path) -> str | None:
    """Return the image composed from this very recipe, if it is there already."""
    try:
        digest = compose.recipe_digest(recipe, go_version(shell))
    except ToolMissing:
        return None
    reference = f"{compose.REPOSITORY}:{kubernetes_version(recipe)}-{digest}"
    return reference if _present(shell, reference) else None


def _is_path(asked: str) -> bool:
    return asked.startswith(("/", "./", "../", "~")) or asked.endswith(ARCHIVES)


def _present(shell: Shell, reference: str) -> bool:
    return shell.run(["docker", "image", "inspect", reference], timeout=ASK_SECONDS).ok


def _have(shell: Shell, reference: str) -> str:
    parse_reference(reference)
    if not _present(shell, reference):
        pulled = shell.run(["docker", "pull", reference], timeout=PULL_SECONDS)
        if not pulled.ok:
            said = (pulled.stderr.strip().splitlines() or [pulled.ended])[-1]
            raise LabError(
                f"node image {reference} is not here and cannot be pulled ({said}); an archive of it will do"
            )
    return reference
