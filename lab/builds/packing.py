"""Layers as the store keeps them: compressed, since a third of the bytes travels and is written three times.

Facts: zstd is a layer format of the OCI image specification (media-types); containerd reads it since 1.5.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import zstandard

from lab.builds import layout
from lab.builds.layout import Blob
from lab.builds.oci import Store
from lab.errors import LabError

LEVEL = 3
CHUNK = 1 << 20


def pack(store: Store, file: Path, plain: Blob, what: str) -> Blob:
    """Have the plain layer *plain*, which is in *file*, in *store*, compressed; return it as it is there.

    On all processors, and yet the same bytes on every machine: zstd cuts its work by size, not by workers.
    """
    compressor = zstandard.ZstdCompressor(level=LEVEL, threads=-1).compressobj(size=plain.size)
    digest = hashlib.sha256()
    with store.partial() as folder:
        packed = Path(folder, "layer")
        with file.open("rb") as source, packed.open("wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(compressor.compress(chunk))
            target.write(compressor.flush())
        if f"sha256:{digest.hexdigest()}" != plain.digest:
            raise LabError(
                f"{what}: a part is damaged: it should be {plain.digest} and is sha256:{digest.hexdigest()}"
            )
        size = packed.stat().st_size
        blob = Blob(media_type=layout.OCI_LAYER_ZSTD, digest=store.keep(packed, what), size=size)
    store.record_packed(plain.digest, blob)
    return blob
