"""Filling the store with images that lie unpacked in files, those of a user's archive first of all."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.builds import kinds, layout, packing, platforms, saved
from lab.builds.archive import Files, unpack
from lab.builds.entries import Entry, read_entry, settle
from lab.builds.layout import Blob, Manifest, Platform
from lab.builds.oci import Store
from lab.builds.reference import parse_reference
from lab.builds.stored import Stored
from lab.errors import LabError


def read_archive(
    store: Store,
    archive: Path,
    *,
    architecture: str | None = None,
    name: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Mapping[str, Stored]:
    """Take every image of a user's archive: its complete names to the image. *say* what is left aside.

    *name* is for an image that has none.
    """
    with store.partial() as folder:
        images = take(
            store,
            unpack(archive, Path(folder)),
            str(archive),
            architecture or layout.host_architecture(),
            name=name,
            say=say,
        )
    for stored in images.values():
        store.record(stored.manifest.config.digest, Stored(stored.single, stored.manifest))
    return images


def take(
    store: Store,
    files: Files,
    what: str,
    architecture: str,
    *,
    pack: bool = False,
    name: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Stored]:
    """Move the images that lie in *files* into *store*: all that are images for this machine, or nothing.

    With *pack* plain layers are compressed. A user's archive stays as it is: its digests are the user's.
    """
    there = len(store.added)
    asides: list[str] = []
    try:
        images = _take(Source(store, files, what, pack=pack, name=name), architecture, asides)
    except BaseException:
        store.forget(there)
        raise
    if not images:
        store.forget(there)
        raise LabError("\n".join(f"{what}: {layout.shown(one)}" for one in asides))
    for one in asides:
        say(f"{layout.shown(one)}; left aside")
    return images


@dataclass(frozen=True, slots=True)
class Source:
    """An archive's files, on their way into the store."""

    store: Store
    files: Files
    what: str
    pack: bool
    name: str | None
    """For an image that has none."""

    def text(self, blob: Blob) -> bytes | None:
        """Return the content of a document, from the archive, from its descriptor or from before."""
        file, known = self.files.find(blob.digest)
        if file is not None and file.stat().st_size <= layout.LARGEST_DOCUMENT:
            content = file.read_bytes()
            found = known or f"sha256:{hashlib.sha256(content).hexdigest()}"
            if found != blob.digest and blob.digest.startswith("sha256:"):
                raise LabError(f"{self.what}: a part is damaged: it should be {blob.digest} and is {found}")
            return content
        return _inline(blob) or self.store.text(blob)

    def holds(self, blob: Blob) -> bool:
        file, _ = self.files.find(blob.digest)
        return file is not None or _inline(blob) is not None or self.store.has(blob)

    def have(self, blob: Blob) -> None:
        """Have *blob* in the store, from the archive or from before."""
        file, known = self.files.find(blob.digest)
        inline = _inline(blob)
        if file is not None:
            self.store.keep(file, self.what, blob.digest, known=known)
        elif inline is not None:
            self.store.keep_text(inline, self.what)
        if not self.store.has(blob):
            raise saved.missing(self.what, blob.digest)

    def packed(self, manifest: Manifest) -> Stored:
        """Have the layers in the store, none of them plain."""

        def layer(blob: Blob) -> Blob:
            if blob.media_type != layout.OCI_LAYER:
                self.have(blob)
                return blob
            return self.store.packed(blob.digest) or packing.pack(
                self.store, self._file(blob), blob, self.what
            )

        return saved.store_manifest(
            self.store, manifest.config, [layer(one) for one in manifest.layers], self.what
        )

    def _file(self, blob: Blob) -> Path:
        file, _ = self.files.find(blob.digest)
        if file is None or file.stat().st_size != blob.size:
            raise saved.missing(self.what, blob.digest)
        return file


def _take(source: Source, here: str, asides: list[str]) -> dict[str, Stored]:
    named = source.files.named
    listed = saved.listed(named, source.what)
    if "index.json" in named:
        index = layout.decode_list(layout.Index, named["index.json"], f"{source.what}: index.json")
        if index.manifests or not listed:
            others = saved.names(listed, named)
            read = [
                read_entry(blob, number, source.text, others, here=here, what=source.what, name=source.name)
                for number, blob in enumerate(index.manifests, 1)
            ]
            asides += [one for one in read if isinstance(one, str)] or (
                [] if read else ["holds no image: index.json lists nothing"]
            )
            taken, said = settle([one for one in read if isinstance(one, Entry)])
            asides += said
            return {
                name: image for name, entry in taken.items() if (image := _image(source, entry, name, asides))
            }
    if listed:
        if source.name:
            listed = [entry.model_copy(update={"names": entry.names or (source.name,)}) for entry in listed]
        return saved.take(source.store, source.files, listed, source.what, here=here, asides=asides)
    raise LabError(f"{source.what}: holds no image ({saved.instead(named)})")


def _image(source: Source, entry: Entry, name: str, asides: list[str]) -> Stored | None:
    """Have the entry's image in the store for *name*: the index if that is whole, else what runs here."""
    chosen, node = entry.chosen, entry.node
    assert chosen.manifest is not None, "only what has a manifest is chosen"
    kept_back = [layer for layer in chosen.manifest.layers if kinds.KEPT_BACK.search(layer.media_type)]
    absent = next((layer.digest for layer in kept_back if not source.holds(layer)), None)
    if absent is not None:
        asides.append(f"{entry.label}: its layer {absent} may not be passed on, and so was left out")
        return None
    source.have(chosen.manifest.config)
    if source.pack:
        return source.packed(chosen.manifest)
    digest = parse_reference(name).digest
    whole = node.children is not None and digest != chosen.blob.digest and _whole(source, entry)
    stored = Stored(node.blob, chosen.manifest, node) if whole else Stored(chosen.blob, chosen.manifest)
    if digest not in {None, stored.digest}:
        asides.append(f"{entry.label}: {_other_digest(entry, stored)}")
        return None
    if node.children is not None and not whole and digest is None:
        word = platforms.word(chosen.platform or Platform())
        asides.append(
            f"{entry.label}: the index itself, as not all of it is here; its name leads to {word} alone"
        )
    for blob in (*stored.documents, *stored.blobs):
        source.have(blob)
    return stored


def _whole(source: Source, entry: Entry) -> bool:
    """Say whether a registry can be given the index: it takes one only with all that it names."""
    nodes = list(entry.node.walk())
    if any(one.manifest is None and one.children is None for one in nodes):
        return False
    parts = [blob for one in nodes if one.manifest for blob in one.manifest.blobs]
    return all(one.digest.startswith("sha256:") for one in parts) and all(map(source.holds, parts))


def _other_digest(entry: Entry, stored: Stored) -> str:
    if parse_reference(entry.names[0]).digest == entry.node.blob.digest:
        return (
            "the name is an index's, and not all of it is here, so that no registry takes it: copy it with"
            f" `skopeo copy --all`, or use {stored.digest}, which is the part of it that runs here"
        )
    return f"the name says another digest than it has, {entry.node.blob.digest}"


def _inline(blob: Blob) -> bytes | None:
    """Return what a descriptor carries of its blob, where that is right."""
    try:
        content = base64.b64decode(blob.data, validate=True) if blob.data else None
    except binascii.Error:
        return None
    right = content is not None and f"sha256:{hashlib.sha256(content).hexdigest()}" == blob.digest
    return content if right else None
