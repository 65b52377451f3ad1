"""Docker's own form of an archive: manifest.json, which names each image's config and layers by their files.

It has no manifests, so each image gets one here: the same one whenever the same image is read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lab.builds import layout, platforms
from lab.builds.archive import Files
from lab.builds.layout import Blob, Config, Manifest
from lab.builds.oci import Store
from lab.builds.reference import parse_reference
from lab.builds.stored import Stored
from lab.errors import LabError

OLDEST = "in the form of Docker before 1.10, without manifest.json: load it in an older Docker, save it again"
EXPORTED = "the files of a container, as `docker export` writes them: `docker save` writes an image"


def listed(named: Mapping[str, Path], what: str) -> Sequence[layout.Saved]:
    """Return the entries of manifest.json, where there is one."""
    if "manifest.json" not in named:
        return ()
    return layout.decode_list(layout.SavedList, named["manifest.json"], f"{what}: manifest.json").root


def names(entries: Sequence[layout.Saved], named: Mapping[str, Path]) -> Mapping[str, Sequence[str]]:
    """Return the names by their config's digest."""
    found = {}
    for entry in entries:
        file = named.get(entry.config)
        if file is not None and entry.names:
            found[layout.file_digest(file)] = entry.names
    return found


@dataclass(frozen=True, slots=True)
class Entry:
    """An image for this machine, by its files."""

    label: str
    config: Path
    layers: tuple[Path, ...]


def take(
    store: Store, files: Files, entries: Sequence[layout.Saved], what: str, *, here: str, asides: list[str]
) -> dict[str, Stored]:
    """Have the images for *here* in *store*, by their complete names; say in *asides* what the others are."""
    named: dict[str, Entry] = {}
    for number, one in enumerate(entries, 1):
        label = f"manifest.json, entry {number}"
        label += f" ({', '.join(one.names)})" if one.names else ""
        entry = Entry(
            label,
            _file(files, one.config, what),
            tuple(_file(files, layer, what) for layer in one.layers),
        )
        wrong = _wrong(entry, files, here, what)
        if wrong:
            asides.append(f"{label}: {wrong}")
            continue
        for name in _names(one, label, asides):
            if name in named and named[name] != replace(entry, label=named[name].label):
                asides.append(f"{named[name].label}: {name} is there twice; entry {number} is taken")
            named[name] = entry
    made: dict[Entry, Stored] = {}
    kept: dict[Path, Blob] = {}
    for entry in named.values():
        if entry not in made:
            config = _keep(store, entry.config, kept, what).model_copy(
                update={"media_type": layout.OCI_CONFIG}
            )
            layers = [_keep(store, layer, kept, what) for layer in entry.layers]
            made[entry] = store_manifest(store, config, layers, what)
    return {name: made[entry] for name, entry in named.items()}


def _keep(store: Store, file: Path, kept: dict[Path, Blob], what: str) -> Blob:
    """Have the file in the store, once: it is moved there, and several images may share it."""
    if file not in kept:
        media_type, size = layout.layer_type(file), file.stat().st_size
        kept[file] = Blob(media_type=media_type, digest=store.keep(file, what), size=size)
    return kept[file]


def _file(files: Files, name: str, what: str) -> Path:
    file = files.named.get(posixpath.normpath(name))
    if file is None:
        raise missing(what, name)
    return file


def store_manifest(store: Store, config: Blob, layers: Sequence[Blob], what: str) -> Stored:
    """Make the manifest of an image that has none, or has another."""
    manifest = Manifest(config=config, layers=tuple(layers))
    content = manifest.model_dump_json(by_alias=True, exclude_none=True).encode()
    blob = Blob(media_type=layout.OCI_MANIFEST, digest=store.keep_text(content, what), size=len(content))
    return Stored(blob, manifest)


def missing(what: str, part: str) -> LabError:
    return LabError(f"{what}: lacks a part, {layout.shown(part)}; it was not written to its end")


def instead(named: Mapping[str, Path]) -> str:
    """Say what an archive without index.json and manifest.json may be."""
    if "repositories" in named or any(name.endswith("/layer.tar") for name in named):
        return OLDEST
    if any(name.startswith(("etc/", "usr/", "bin/")) for name in named):
        return EXPORTED
    return "neither index.json nor manifest.json"


def _names(entry: layout.Saved, label: str, asides: list[str]) -> list[str]:
    found = []
    for name in entry.names or ():
        try:
            reference = parse_reference(name)
        except LabError as error:
            asides.append(f"{label}: {error}")
            continue
        if reference.digest is not None:
            asides.append(
                f"{label}: manifest.json keeps no digests, so that {name} is nothing that can be delivered"
            )
        if reference.tag is not None:
            found.append(f"{reference.name}:{reference.tag}")
    if not entry.names:
        asides.append(f"{label}: it has no name; `lab images load FILE --as NAME` gives it one")
    return found


def _wrong(entry: Entry, files: Files, here: str, what: str) -> str | None:
    """Say why the image is none for *here*, or how its layers differ from what its config lists."""
    if entry.config.stat().st_size > layout.LARGEST_DOCUMENT:
        return "its config is too large to be one"
    config = layout.decode(Config, entry.config.read_bytes(), f"{what}: {entry.label}: its config")
    platform = platforms.of(config, None)
    if platforms.rank(platform, here) is None:
        return f"is for {platforms.word(platform)}, but this host is linux/{here}"
    wanted = config.rootfs.diff_ids if config.rootfs else ()
    if wanted and len(wanted) != len(entry.layers):
        return f"an image of {len(entry.layers)} layers whose config counts {len(wanted)}"
    known = {file: digest for digest, file in files.hashed.items()}
    for digest, file in zip(wanted, entry.layers, strict=False):
        if known.get(file, digest) != digest and layout.layer_type(file) == layout.OCI_LAYER:
            return f"a layer, {known[file]}, is not the one that its config lists there, {digest}"
    return None
