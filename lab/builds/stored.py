"""An image as the store has it, with all that a registry gets of it."""

from __future__ import annotations

from dataclasses import dataclass

from lab.builds.layout import Blob, Manifest
from lab.builds.tree import Node


@dataclass(frozen=True, slots=True)
class Stored:
    """What a name leads to, and the manifest that this machine takes."""

    blob: Blob
    """The descriptor of the manifest, or of an index that holds it."""
    manifest: Manifest
    node: Node | None = None
    """The index with all that is in it."""

    @property
    def digest(self) -> str:
        return self.blob.digest

    @property
    def single(self) -> Blob:
        """Return the descriptor of the manifest, whether or not it lies in an index."""
        return next((one.blob for one in self._nodes() if one.manifest is self.manifest), self.blob)

    @property
    def documents(self) -> tuple[Blob, ...]:
        """Return manifests and indexes, those that others name first."""
        return tuple(one.blob for one in self._nodes()) or (self.blob,)

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """Return configs and layers, each once."""
        manifests = [one.manifest for one in self._nodes() if one.manifest] or [self.manifest]
        return tuple({blob.digest: blob for one in manifests for blob in one.blobs}.values())

    @property
    def size(self) -> int:
        """Return the bytes of configs and layers, as they are pushed."""
        return sum(blob.size for blob in self.blobs)

    def within(self, digest: str) -> Node | None:
        """Return the manifest or index of that digest in the index."""
        return next((one for one in self._nodes() if one.blob.digest == digest), None)

    def _nodes(self) -> tuple[Node, ...]:
        return tuple(self.node.walk()) if self.node else ()
