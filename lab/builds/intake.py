"""Filling the store: from the engine, and from the `docker load` archives that a user carries in."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.builds import layout
from lab.builds.archive import unpack
from lab.builds.failures import explained
from lab.builds.layout import Blob, Manifest
from lab.builds.oci import Store, Stored
from lab.builds.reference import parse_reference
from lab.errors import LabError
from lab.host.shell import Shell

EXPORT_SECONDS = 900.0
SAVE = 'docker save "${@:3}" | tar -x -C "$1" --exclude-from="$2"'
"""Streamed: the layers are written once, and those that the store has already are not written at all."""


class NoImage(LabError):
    """The engine has no image of these names."""

    def __init__(self, references: Sequence[str]) -> None:
        super().__init__(
            f"the engine has no image {', '.join(references)}; `lab images build` makes the lab's own"
        )
        self.references = tuple(references)


class PartMissingError(LabError):
    """An archive names a part that is neither in it nor, wholly, in the store."""


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
        known = {layer for name in absent for layer in there[name][1] if store.path(layer).is_file()}
        try:
            saved = _save(store, shell, absent, without=sorted(known))
        except PartMissingError:
            if not known:
                raise
            saved = _save(store, shell, absent, without=())  # a layer that was there had been damaged
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
        images = take(store, files, f"docker save {' '.join(references)}", layout.host_architecture())
    named = {str(parse_reference(name)): stored for name, stored in images.items() if "@" not in name}
    return {reference: named[str(parse_reference(reference))] for reference in references}


def read_archive(store: Store, archive: Path, *, architecture: str | None = None) -> Mapping[str, Stored]:
    """Take every image of a user's archive: its names (a digest where it has none) to the image."""
    with store.partial() as folder:
        files = unpack(archive, Path(folder))
        images = take(store, files, str(archive), architecture or layout.host_architecture())
    for stored in images.values():
        store.record(stored.manifest.config.digest, stored)
    return images


def take(store: Store, files: Mapping[str, Path], what: str, architecture: str) -> dict[str, Stored]:
    """Move the images that lie in *files* (name in the archive to file) into *store*: all, or nothing."""
    there = len(store.added)
    try:
        return _take(store, files, what, architecture)
    except BaseException:
        store.forget(there)
        raise


def _take(store: Store, files: Mapping[str, Path], what: str, architecture: str) -> dict[str, Stored]:
    if "index.json" in files:
        images = _take_oci(store, files, what, architecture)
    elif "manifest.json" in files:
        images = _take_saved(store, files, what)
    else:
        raise LabError(f"{what}: holds no image (neither index.json nor manifest.json)")
    if not images:
        raise LabError(f"{what}: holds no image for linux/{architecture}, which this host is")
    for stored in images.values():
        text = store.path(stored.manifest.config.digest).read_bytes()
        config = layout.decode(layout.Config, text, f"{what}: an image's config")
        if config.architecture and config.architecture != architecture:
            raise LabError(
                f"{what}: is for linux/{config.architecture}, but this host is linux/{architecture}"
            )
    return images


def _take_oci(store: Store, files: Mapping[str, Path], what: str, architecture: str) -> dict[str, Stored]:
    index = layout.decode(layout.Index, files["index.json"].read_bytes(), f"{what}: index.json")
    waiting = [(layout.named(blob.annotations), blob) for blob in index.manifests]
    names = {f"sha256:{Path(entry.config).name}": entry.names for entry in _saved(files, what)}
    images: dict[str, Stored] = {}
    for name, blob in waiting:
        _have(store, files, blob, what)
        text = store.path(blob.digest).read_bytes()
        if blob.media_type in layout.INDEXES:
            inner = layout.decode(layout.Index, text, f"{what}: an index")
            waiting.extend((name, one) for one in layout.choose(inner.manifests, architecture))
            continue
        manifest = layout.decode(Manifest, text, f"{what}: a manifest")
        for part in manifest.blobs:
            _have(store, files, part, what)
        stored = Stored(Blob(media_type=blob.media_type, digest=blob.digest, size=blob.size), manifest)
        found = (name,) if name else names.get(manifest.config.digest)
        images.update(dict.fromkeys(found or (blob.digest,), stored))
    return images


def _take_saved(store: Store, files: Mapping[str, Path], what: str) -> dict[str, Stored]:
    """Give each image of a manifest.json the manifest that it lacks."""
    kept: dict[Path, Blob] = {}

    def keep(name: str) -> Blob:
        file = files.get(name)
        if file is None:
            raise PartMissingError(f"{what}: lacks a part, {name}; it was not written to its end")
        if file not in kept:
            media_type, size = layout.layer_type(file), file.stat().st_size
            kept[file] = Blob(media_type=media_type, digest=store.keep(file, what), size=size)
        return kept[file]

    images: dict[str, Stored] = {}
    for entry in _saved(files, what):
        config = keep(entry.config).model_copy(update={"media_type": layout.OCI_CONFIG})
        manifest = Manifest(config=config, layers=tuple(keep(name) for name in entry.layers))
        text = manifest.model_dump_json(by_alias=True, exclude_none=True).encode()
        blob = Blob(media_type=layout.OCI_MANIFEST, digest=store.keep_text(text, what), size=len(text))
        images.update(dict.fromkeys(entry.names or (config.digest,), Stored(blob, manifest)))
    return images


def _saved(files: Mapping[str, Path], what: str) -> Sequence[layout.Saved]:
    if "manifest.json" not in files:
        return ()
    return layout.decode(layout.SavedList, files["manifest.json"].read_bytes(), f"{what}: manifest.json").root


def _have(store: Store, files: Mapping[str, Path], blob: Blob, what: str) -> None:
    """Have *blob* in the store, from the archive or from before."""
    file = files.get(f"blobs/{blob.digest.replace(':', '/')}")
    if file is not None and file.is_file():
        store.keep(file, what, blob.digest)
    if not store.has(blob):
        raise PartMissingError(f"{what}: lacks a part, {blob.digest}; it was not written to its end")
