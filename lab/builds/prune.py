"""Freeing what no name in the store leads to: what images were before they were built or loaded anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from lab.builds import layout
from lab.builds.layout import Blob
from lab.builds.oci import Store
from lab.errors import LabError

SETTLED = timedelta(hours=1)
"""A younger blob may be one of an image that another `lab` is taking in, and has no name yet."""


def prune(store: Store, now: datetime) -> int:
    """Remove blobs that belong to no named image, and records that lead to none; return the bytes freed."""
    before = (now - SETTLED).timestamp()
    kept = {
        digest
        for _, stored in store.images()
        for digest in (blob.digest for blob in (*stored.documents, *stored.blobs))
    }
    freed = 0
    try:
        for file in _files(store.root / "blobs" / "sha256"):
            found = file.stat()
            if f"sha256:{file.name}" not in kept and found.st_mtime < before:
                file.unlink()
                freed += found.st_size
        for record in (*_files(store.root / "images"), *_files(store.root / "layers")):
            if not store.has(layout.decode(Blob, record.read_bytes(), str(record))):
                record.unlink()
    except OSError as error:
        raise LabError(f"the image store {store.root} cannot be pruned: {error.strerror or error}") from error
    return freed


def _files(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.iterdir()) if folder.is_dir() else ())
