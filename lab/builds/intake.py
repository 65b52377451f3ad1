"""Filling the store with images that lie unpacked in files, those of a user's archive first of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.builds import layout, packing
from lab.builds.archive import unpack
from lab.builds.layout import Blob, Manifest
from lab.builds.oci import Store, Stored
from lab.errors import LabError


def read_archive(store: Store, archive: Path, *, architecture: str | None = None) -> Mapping[str, Stored]:
    """Take every image of a user's archive: its names (a digest where it has none) to the image."""
    with store.partial() as folder:
        files = unpack(archive, Path(folder))
        images = take(store, files, str(archive), architecture or layout.host_architecture())
    for stored in images.values():
        store.record(stored.manifest.config.digest, stored)
    return images


def take(
    store: Store, files: Mapping[str, Path], what: str, architecture: str, *, pack: bool = False
) -> dict[str, Stored]:
    """Move the images that lie in *files* (name in the archive to file) into *store*: all, or nothing.

    With *pack* plain layers are compressed. A user's archive stays as it is: its digests are the user's.
    """
    there = len(store.added)
    try:
        return _take(store, files, what, architecture, pack=pack)
    except BaseException:
        store.forget(there)
        raise


def _take(
    store: Store, files: Mapping[str, Path], what: str, architecture: str, *, pack: bool
) -> dict[str, Stored]:
    if "index.json" in files:
        images = _take_oci(store, files, what, architecture, pack=pack)
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


def _take_oci(
    store: Store, files: Mapping[str, Path], what: str, architecture: str, *, pack: bool
) -> dict[str, Stored]:
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
        _have(store, files, manifest.config, what)
        if pack:
            stored = _packed(store, files, manifest, what)
        else:
            for layer in manifest.layers:
                _have(store, files, layer, what)
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
            raise _missing(what, name)
        if file not in kept:
            media_type, size = layout.layer_type(file), file.stat().st_size
            kept[file] = Blob(media_type=media_type, digest=store.keep(file, what), size=size)
        return kept[file]

    images: dict[str, Stored] = {}
    for entry in _saved(files, what):
        config = keep(entry.config).model_copy(update={"media_type": layout.OCI_CONFIG})
        stored = _manifest(store, config, [keep(name) for name in entry.layers], what)
        images.update(dict.fromkeys(entry.names or (config.digest,), stored))
    return images


def _saved(files: Mapping[str, Path], what: str) -> Sequence[layout.Saved]:
    if "manifest.json" not in files:
        return ()
    return layout.decode(layout.SavedList, files["manifest.json"].read_bytes(), f"{what}: manifest.json").root


def _packed(store: Store, files: Mapping[str, Path], manifest: Manifest, what: str) -> Stored:
    """Have the layers in the store, none of them plain."""

    def layer(blob: Blob) -> Blob:
        if blob.media_type != layout.OCI_LAYER:
            _have(store, files, blob, what)
            return blob
        return store.packed(blob.digest) or packing.pack(store, _file(files, blob, what), blob, what)

    return _manifest(store, manifest.config, tuple(layer(blob) for blob in manifest.layers), what)


def _manifest(store: Store, config: Blob, layers: Sequence[Blob], what: str) -> Stored:
    """Make the manifest of an image that has none, or has another."""
    manifest = Manifest(config=config, layers=tuple(layers))
    text = manifest.model_dump_json(by_alias=True, exclude_none=True).encode()
    blob = Blob(media_type=layout.OCI_MANIFEST, digest=store.keep_text(text, what), size=len(text))
    return Stored(blob, manifest)


def _have(store: Store, files: Mapping[str, Path], blob: Blob, what: str) -> None:
    """Have *blob* in the store, from the archive or from before."""
    file = files.get(_member(blob))
    if file is not None and file.is_file():
        store.keep(file, what, blob.digest)
    if not store.has(blob):
        raise _missing(what, blob.digest)


def _file(files: Mapping[str, Path], blob: Blob, what: str) -> Path:
    file = files.get(_member(blob))
    if file is None or file.stat().st_size != blob.size:
        raise _missing(what, blob.digest)
    return file


def _member(blob: Blob) -> str:
    return f"blobs/{blob.digest.replace(':', '/')}"


def _missing(what: str, part: str) -> LabError:
    return LabError(f"{what}: lacks a part, {part}; it was not written to its end")
