"""The query log: whole JSON lines, written before the answers they tell of leave."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from datetime import UTC, datetime


class QueryLog:
    """Appends lines to a descriptor; threads may share it. What cannot be written is counted and told."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._lost = 0

    @classmethod
    def open(cls, path: str) -> QueryLog:
        """Open *path* for appending; `-` is stdout. Raises OSError."""
        if path == "-":
            return cls(1)
        return cls(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644))

    def write(self, lines: Iterable[str]) -> None:
        """Write *lines*, each without its newline, in one piece."""
        count = 0
        text = []
        for line in lines:
            text.append(line)
            text.append("\n")
            count += 1
        if not count:
            return
        with self._lock:
            if self._lost:
                text.insert(0, json.dumps({"time": now(), "event": "lost", "lines": self._lost}) + "\n")
            try:
                self._put("".join(text).encode())
            except OSError:
                self._lost += count  # a full disk must not stop the answers
            else:
                self._lost = 0

    def event(self, event: str, **fields: object) -> None:
        self.write([json.dumps({"time": now(), "event": event, **fields})])

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]


def now() -> str:
    """Return the time of day as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
