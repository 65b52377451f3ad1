"""Results that are kept under a digest of what they were made from, and are there only when whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

SHOWN = 12
"""Hexadecimal digits of a digest in a tag or a folder's name."""


def digest(parts: Iterable[str | bytes]) -> str:
    """Return one short hash over *parts*, told apart by their lengths."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.hexdigest()[:SHOWN]


def folder_digest(folder: Path) -> str:
    """Return a hash over every file below *folder*: its path, whether it may be run, and its content."""
    return digest(
        part
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for part in (file.relative_to(folder).as_posix(), str(os.access(file, os.X_OK)), file.read_bytes())
    )


@contextmanager
def whole(kept: Path) -> Iterator[Path]:
    """Give a scratch folder that becomes *kept* when the block ends well, and vanishes when it does not.

    Two who make the same thing at once both end well: the results are alike, so the later one's is dropped.
    """
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
    try:
        scratch.chmod(0o755)
        yield scratch
        try:
            scratch.rename(kept)
        except OSError:
            if not kept.is_dir():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
