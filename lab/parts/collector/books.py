"""The ledger's own files: lines appended whole, turned over when they are long, the oldest dropped aloud.

They lie in a volume, so they outlive every container. Each part of the lab appends to a file of its own and
opens it anew for each piece, so that a file can be turned over under its writer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

TURNED_BYTES = 8 * 1024 * 1024
KEPT_FILES = 8
"""Of one kind, beside the one that is written."""
ENDING = ".jsonl"


class Book:
    """One file, and those that it was before. Raises OSError where the disk refuses."""

    def __init__(self, path: Path, *, turned_bytes: int = TURNED_BYTES, kept: int = KEPT_FILES) -> None:
        self.path = path
        self._turned_bytes = turned_bytes
        self._kept = kept
        self._torn = _is_torn(path)

    def add(self, lines: Iterable[str]) -> None:
        """Append *lines* in one write; a write that broke off half way does not spoil the next line."""
        text = "".join(f"{line}\n" for line in lines)
        if not text:
            return
        data = ("\n" + text if self._torn else text).encode()
        book = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._torn = True
            if os.write(book, data) != len(data):
                raise OSError(f"{self.path}: written in part only: the disk is full")
            self._torn = False
        finally:
            os.close(book)

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield every line, the oldest first; what is no JSON object is left out."""
        for path in (*self.turned(), self.path):
            with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    try:
                        fields = json.loads(line)
                    except ValueError:
                        continue
                    if isinstance(fields, dict):
                        yield fields

    def turn(self, stamp: int) -> dict[str, Any] | None:
        """Begin a new file where this one is long. Return what was dropped for it; None: nothing.

        The old one gets a second name before an empty one takes its place: no writer ever finds no file.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        if found.st_size < self._turned_bytes:
            return None
        fresh = self.path.with_suffix(".new")
        fresh.touch()
        fresh.chmod(found.st_mode & 0o777)
        os.link(self.path, self.path.with_name(f"{self.path.stem}-{stamp:020d}{ENDING}"))
        fresh.replace(self.path)
        return self._drop()

    def turned(self) -> list[Path]:
        """Return the files that this one was, the oldest first."""
        return sorted(self.path.parent.glob(f"{self.path.stem}-{'[0-9]' * 20}{ENDING}"))

    def _drop(self) -> dict[str, Any] | None:
        lines, until = 0, ""
        turned = self.turned()
        for path in turned[: max(len(turned) - self._kept, 0)]:
            last = b""
            with path.open("rb") as content:
                for line in content:
                    lines += 1
                    last = line
            with suppress(ValueError, KeyError, TypeError):
                until = str(json.loads(last)["time"])
            path.unlink()
        return {"event": "dropped", "book": self.path.stem, "lines": lines, "until": until} if lines else None


def _is_torn(path: Path) -> bool:
    """Tell whether the last line has no end: its writer was killed, or the disk was full."""
    try:
        with path.open("rb") as content:
            content.seek(-1, os.SEEK_END)
            return content.read(1) != b"\n"
    except OSError:  # there is none yet, or an empty one
        return False
