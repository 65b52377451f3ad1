"""The lab's own store of images: an OCI layout in the cache folder, filled once for each image.

    blobs/sha256/HEX    configs, layers, manifests, indexes; every one is what its name says
    images/HEX.json     by image id: the manifest's descriptor; written last, so a half-done export has none
    layers/HEX.json     by a plain layer's digest: the descriptor of the compressed one that is kept for it
    names/NAME.json     by complete reference: the descriptor of its manifest or index, and whether a user's
                        archive gave it; a name that is too long for a file's has its hash in the place of it
    partial/            where files wait until their digest is known to be right

`lab.builds.export` and `lab.builds.intake` fill it, `lab.builds.push` reads it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from pydantic import BaseModel

from lab.builds import layout, tree
from lab.builds.layout import Blob, Manifest
from lab.builds.reference import Reference, parse_reference
from lab.builds.stored import Stored
from lab.builds.tree import Node
from lab.errors import LabError

LONGEST_FILE_NAME = 250


class Name(BaseModel):
    """What a file of names/ holds."""

    blob: Blob
    loaded: bool
    """From a user's archive, and so in the place of whatever the engine has under this name."""
    reference: str | None = None
    """The name itself, where the file's name is not made of it."""


@dataclass(frozen=True, slots=True)
class Row:
    """An image that could be delivered."""

    reference: str
    size: int
    digest: str
    loaded: bool

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Store:
    """*root* is made when first written to. Safe against a run that was ended in its middle."""

    root: Path
    added: list[Path] = field(default_factory=list, compare=False)
    """The blobs that this very process put there, in order."""

    def path(self, digest: str) -> Path:
        return self.root / "blobs" / digest.replace(":", "/")

    def has(self, blob: Blob) -> bool:
        file = self.path(blob.digest)
        return file.is_file() and file.stat().st_size == blob.size

    def find(self, image_id: str) -> Stored | None:
        """Return the image, or None where it was never (or not wholly) stored, or has lost a file."""
        record = self._record(image_id)
        return self._open(layout.decode(Blob, record.read_bytes(), str(record))) if record.is_file() else None

    def _open(self, blob: Blob) -> Stored | None:
        if blob.media_type in layout.INDEXES:
            return self.whole(tree.read(blob, self.text))
        if not self.has(blob):
            return None
        manifest = layout.decode(Manifest, self.path(blob.digest).read_bytes(), "a stored manifest")
        return Stored(blob, manifest) if all(self.has(part) for part in manifest.blobs) else None

    def text(self, blob: Blob) -> bytes | None:
        """Return the content of a document, where it is there."""
        return self.path(blob.digest).read_bytes() if self.has(blob) else None

    def whole(self, node: Node) -> Stored | None:
        """Return the image under *node* if all of it is there, for every platform."""
        chosen = tree.choose(node, layout.host_architecture())
        if chosen is None or chosen.manifest is None:
            return None
        stored = Stored(node.blob, chosen.manifest, node if node.children is not None else None)
        return stored if all(map(self.has, (*stored.documents, *stored.blobs))) else None

    def keep(self, file: Path, what: str, expected: str | None = None, *, known: str | None = None) -> str:
        """Move *file* among the blobs under its true digest, which must be *expected* if that is given.

        *known* is the digest where it was taken when the file was written.
        """
        digest = known or layout.file_digest(file)
        if expected is not None and digest != expected:
            raise LabError(f"{what}: a part is damaged: it should be {expected} and is {digest}")
        place = self.path(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            self.added.append(place)
        file.replace(place)
        return digest

    def forget(self, count: int) -> None:
        """Remove the blobs that were added after the first *count*."""
        while len(self.added) > count:
            self.added.pop().unlink(missing_ok=True)

    def keep_text(self, text: bytes, what: str) -> str:
        with self.partial() as folder:
            file = Path(folder, "text")
            file.write_bytes(text)
            return self.keep(file, what)

    def record(self, image_id: str, stored: Stored) -> None:
        """Say that the image is there, wholly."""
        self._write(self._record(image_id), stored.blob)

    def packed(self, plain: str) -> Blob | None:
        """Return the compressed layer that is kept for the one of digest *plain*, if it is whole."""
        record = self._packed(plain)
        if not record.is_file():
            return None
        blob = layout.decode(Blob, record.read_bytes(), str(record))
        return blob if self.has(blob) else None

    def record_packed(self, plain: str, blob: Blob) -> None:
        self._write(self._packed(plain), blob)

    def name(self, reference: str, stored: Stored, *, loaded: bool) -> None:
        """Give the image the complete *reference*, in the place of what had it."""
        self._write(self._name(reference), Name(blob=stored.blob, loaded=loaded, reference=reference))

    def loaded(self, reference: str) -> Stored | None:
        """Return the image that a user's archive gave under *reference*.

        By its digest it is found under any name of the repository, and within the index of any name, whoever
        gave it.
        """
        wanted = parse_reference(reference)
        if wanted.digest is not None:
            return self._by_digest(wanted)
        file = self._name(reference)
        if not file.is_file():
            return None
        name = layout.decode(Name, file.read_bytes(), str(file))
        return self._open(name.blob) if name.loaded else None

    def _by_digest(self, wanted: Reference) -> Stored | None:
        for reference, stored in self.images():
            if parse_reference(reference).name != wanted.name:
                continue
            if stored.digest == wanted.digest:
                return stored
            node = stored.within(wanted.digest or "")
            if node is not None and not node.odd:
                return self.whole(node) or self._open(node.blob)
        return None

    def rows(self) -> Iterator[Row]:
        """Yield every name whose image is whole, by name."""
        for reference, name, stored in self._named():
            yield Row(reference, stored.size, stored.digest, name.loaded)

    def images(self) -> Iterator[tuple[str, Stored]]:
        """Yield every complete reference with its image, where that is whole."""
        return ((reference, stored) for reference, _, stored in self._named())

    def _named(self) -> Iterator[tuple[str, Name, Stored]]:
        for file in sorted((self.root / "names").glob("*.json")):
            name = layout.decode(Name, file.read_bytes(), str(file))
            stored = self._open(name.blob)
            if stored is not None:
                yield name.reference or unquote(file.name.removesuffix(".json")), name, stored

    def _write(self, place: Path, content: BaseModel) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with self.partial() as folder:
            file = Path(folder, "record")
            file.write_text(content.model_dump_json(by_alias=True, exclude_none=True))
            file.replace(place)

    def partial(self) -> tempfile.TemporaryDirectory[str]:
        """Return a folder for files that are not yet known to be whole; it goes with its `with`."""
        partial = self.root / "partial"
        partial.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=partial)

    def _record(self, image_id: str) -> Path:
        return self.root / "images" / f"{image_id.removeprefix('sha256:')}.json"

    def _packed(self, plain: str) -> Path:
        return self.root / "layers" / f"{plain.removeprefix('sha256:')}.json"

    def _name(self, reference: str) -> Path:
        file = f"{quote(reference, safe='')}.json"
        if len(file) > LONGEST_FILE_NAME:
            file = f"{hashlib.sha256(reference.encode()).hexdigest()}.json"
        return self.root / "names" / file
