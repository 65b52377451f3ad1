"""Filling the store from the engine: `docker save`, once for each image."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.builds import layout
from lab.builds.archive import Files
from lab.builds.failures import explained
from lab.builds.intake import take
from lab.builds.oci import Store
from lab.builds.reference import parse_reference
from lab.builds.stored import Stored
from lab.errors import LabError
from lab.host.shell import Shell

EXPORT_SECONDS = 900.0
SAVE = 'docker save "${@:3}" | tar -x -C "$1" --exclude-from="$2"'
"""Streamed: the layers are written once, and those that the store has already are not written at all."""


class NoImage(LabError):
    """Nobody has an image of these names: by default, the engine has not."""

    def __init__(self, references: Sequence[str], why: str | None = None) -> None:
        super().__init__(
            why or f"the engine has no image {', '.join(references)}; `lab images build` makes the lab's own"
        )
        self.references, self.why = tuple(references), why


def export(
    store: Store, shell: Shell, references: Sequence[str], *, say: Callable[[str], None]
) -> Mapping[str, Stored]:
    """Have the engine's images *references* in the store; *say* which have to be taken out.

    All are taken out at once: the engine reads a layer that several of them share once.
    """
    there = _layers(shell, references)
    found = {reference: store.find(image_id) for reference, (image_id, _) in there.items()}
    absent = [reference for reference, stored in found.items() if stored is None]
    saved: Mapping[str, Stored] = {}
    if absent:
        say(f"taking out of the engine: {', '.join(absent)}")
        known = {layer for name in absent for layer in there[name][1] if store.packed(layer)}
        saved = _save(store, shell, absent, without=sorted(known))
    for reference, stored in saved.items():
        store.record(there[reference][0], stored)
    return {reference: stored or saved[reference] for reference, stored in found.items()}


def _layers(shell: Shell, references: Sequence[str]) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Return the engine's id of each image and its layers' digests."""
    form = "{{.Id}}{{range .RootFS.Layers}} {{.}}{{end}}"
    seen = shell.run(["docker", "image", "inspect", "--format", form, *references], timeout=30)
    if not seen.ok:
        named = set(re.findall(r"No such image: (\S+)", seen.stderr))
        if not named:
            raise explained(seen)
        raise NoImage([name for name in references if name in named] or references)
    lines = [line.split() for line in seen.stdout.splitlines()]
    return {name: (image_id, layers) for name, (image_id, *layers) in zip(references, lines, strict=True)}


def _save(
    store: Store, shell: Shell, references: Sequence[str], *, without: Sequence[str]
) -> Mapping[str, Stored]:
    with store.partial() as folder:
        unpacked, excluded = Path(folder, "image"), Path(folder, "excluded")
        unpacked.mkdir()
        excluded.write_text("".join(f"blobs/{layer.replace(':', '/')}\n" for layer in without))
        argv = ["bash", "-o", "pipefail", "-c", SAVE, "save", str(unpacked), str(excluded), *references]
        saved = shell.run(argv, timeout=EXPORT_SECONDS)
        if "Cannot write: No space left" in saved.stderr:  # tar's words: the store's disk, not the engine's
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if not saved.ok:
            raise explained(saved)
        files = {str(file.relative_to(unpacked)): file for file in unpacked.rglob("*") if file.is_file()}
        what, here = f"docker save {' '.join(references)}", layout.host_architecture()
        asides: list[str] = []
        images = take(store, Files(files), what, here, pack=True, say=asides.append)
    named = {reference: str(parse_reference(reference)) for reference in references}
    if not images.keys() >= set(named.values()):
        raise LabError("\n".join(f"{what}: {one}" for one in asides) or f"{what}: not all of it came out")
    return {reference: images[name] for reference, name in named.items()}
