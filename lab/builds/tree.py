"""What a name leads to: a manifest, or an index of several, read down to the manifests.

The same for an archive and for the store: both give the text of a document by its descriptor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lab.builds import kinds, layout, platforms
from lab.builds.layout import (
    INDEXES,
    LARGEST_DOCUMENT,
    MANIFESTS,
    OCI_INDEX,
    OCI_MANIFEST,
    Blob,
    Config,
    Index,
    Manifest,
    Platform,
)
from lab.errors import LabError

Text = Callable[[Blob], bytes | None]
"""The content of a blob, where it is there."""
DEEPEST = 8
"""Of indexes within indexes."""


@dataclass(frozen=True, slots=True)
class Node:
    """A descriptor, and what was found under it."""

    blob: Blob
    manifest: Manifest | None = None
    children: tuple[Node, ...] | None = None
    """An index's, in its order; None where this is no index."""
    platform: Platform | None = None
    """What the image is for, where this is a manifest."""
    odd: str = ""
    """Why this is no image and no index of images."""

    @property
    def absent(self) -> bool:
        return self.manifest is None and self.children is None and not self.odd

    def walk(self) -> Iterator[Node]:
        """Yield the node and all below it, those below first, each digest once."""
        seen: set[str] = set()

        def each(node: Node) -> Iterator[Node]:
            if node.blob.digest not in seen:
                seen.add(node.blob.digest)
                for child in node.children or ():
                    yield from each(child)
                yield node

        return each(self)

    def images(self) -> list[Node]:
        return [node for node in self.walk() if node.manifest is not None and not node.odd]


def read(blob: Blob, text: Text) -> Node:
    """Return what lies under *blob*. What is wrong with a part of it stands at that part."""
    known: dict[str, Node] = {}

    def each(blob: Blob, depth: int) -> Node:
        if blob.digest not in known:
            known[blob.digest] = _read(blob, text, lambda child: each(child, depth + 1), depth)
        return known[blob.digest]

    return each(blob, 0)


def choose(node: Node, architecture: str) -> Node | None:
    """Return the image under *node* that a machine of *architecture* takes: the best, of equals the first."""
    ranked = [(platforms.rank(one.platform or Platform(), architecture), one) for one in node.images()]
    fitting = [(found, one) for found, one in ranked if found is not None]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _read(blob: Blob, text: Text, child: Callable[[Blob], Node], depth: int) -> Node:
    mark = kinds.marked(blob)
    if depth > DEEPEST:
        return Node(blob, odd=f"an index within {DEEPEST} others")
    if not blob.digest.startswith("sha256:"):
        return Node(
            blob, odd=f"named by a {blob.digest.partition(':')[0]} digest, which no containerd can keep"
        )
    if blob.size > LARGEST_DOCUMENT:
        return Node(
            blob, odd=f"described by {blob.size} bytes, more than any registry takes ({LARGEST_DOCUMENT})"
        )
    content = text(blob)
    if content is None:
        return Node(blob, odd=mark or "")
    try:
        node = _understood(blob, content, text, child)
    except LabError as error:
        return Node(blob, odd=mark or str(error))
    return Node(node.blob, node.manifest, node.children, node.platform, mark) if mark else node


def _understood(blob: Blob, content: bytes, text: Text, child: Callable[[Blob], Node]) -> Node:
    shape = layout.decode(layout.Shape, content, "its document")
    manifest, index = shape.config is not None or shape.layers is not None, shape.manifests is not None
    if shape.fs_layers is not None:
        return Node(blob, odd=kinds.DOCUMENTS[0][1])
    said = {one for one in (shape.media_type, blob.media_type) if one in INDEXES | MANIFESTS}
    if (manifest and (index or said & INDEXES)) or (index and said & MANIFESTS):
        return Node(blob, odd="called a manifest and an index at once")
    if index or said & INDEXES:
        blob = blob.model_copy(update={"media_type": shape.media_type or blob.media_type or OCI_INDEX})
        return Node(blob, children=tuple(map(child, layout.decode(Index, content, "its index").manifests)))
    if not manifest:
        return Node(blob, odd=f"of type {blob.media_type or 'unknown'}, neither a manifest nor an index")
    blob = blob.model_copy(update={"media_type": shape.media_type or blob.media_type or OCI_MANIFEST})
    found = layout.decode(Manifest, content, "its manifest")
    return _manifest(blob, found, text)


def _manifest(blob: Blob, manifest: Manifest, text: Text) -> Node:
    odd = kinds.artifact(manifest) or ""
    other = next((part.digest for part in manifest.blobs if not part.digest.startswith("sha256:")), None)
    if not odd and other:
        odd = f"an image whose parts have {other.partition(':')[0]} digests, which no containerd can keep"
    if odd:
        return Node(blob, manifest, odd=odd)
    said = text(manifest.config) if manifest.config.size <= LARGEST_DOCUMENT else None
    config = layout.decode(Config, said, "its config") if said is not None else None
    if config is not None and not layout.fits(config, manifest.layers):
        counted = len(config.rootfs.diff_ids) if config.rootfs else 0
        odd = f"an image of {len(manifest.layers)} layers whose config counts {counted}"
    return Node(blob, manifest, platform=platforms.of(config, blob.platform), odd=odd)
