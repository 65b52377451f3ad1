"""The query log: whole JSON lines, written before the answers they tell of leave."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial


class QueryLog:
    """Appends lines to a descriptor; threads may share it. What cannot be written is counted and told.

    With a *ledger*, questions that nobody here could answer are appended there as well, before the answer
    leaves. It is opened anew each time: the gatekeeper turns that file over.
    """

    def __init__(self, descriptor: int, ledger: str | None = None) -> None:
        self._descriptor = descriptor
        self._ledger = ledger
        self._lock = threading.Lock()
        self._lost = 0
        self._unlisted = 0

    @classmethod
    def open(cls, path: str, ledger: str | None = None) -> QueryLog:
        """Open *path* for appending; `-` is stdout. Raises OSError."""
        return cls(1 if path == "-" else _appending(path), ledger)

    def write(self, lines: Iterable[str]) -> None:
        """Write *lines*, each without its newline, in one piece."""
        whole = list(lines)
        if not whole:
            return
        with self._lock:
            if self._ledger is not None:
                self._unlisted = _written(filter(is_wanted, whole), self._list, self._unlisted)
            self._lost = _written(whole, partial(_put, self._descriptor), self._lost)

    def event(self, event: str, **fields: object) -> None:
        self.write([json.dumps({"time": now(), "event": event, **fields})])

    def _list(self, data: bytes) -> None:
        assert self._ledger is not None
        descriptor = _appending(self._ledger)
        try:
            _put(descriptor, data)
        finally:
            os.close(descriptor)


def is_wanted(line: str) -> bool:
    """Tell a question that nobody here could answer, by its line; a name can hold no bare quote."""
    return '"rcode": "NXDOMAIN"' in line or '"kind": "unknown"' in line


def _written(lines: Iterable[str], put: Callable[[bytes], None], lost: int) -> int:
    """Put *lines* after the number of those *lost* before; return how many are lost now."""
    whole = list(lines)
    if not whole:
        return lost
    if lost:
        whole.insert(0, json.dumps({"time": now(), "event": "lost", "lines": lost}))
    try:
        put("".join(f"{line}\n" for line in whole).encode())
    except OSError:
        return lost + len(whole) - bool(lost)  # a full disk must not stop the answers
    return 0


def _put(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _appending(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)


def now() -> str:
    """Return the time of day as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
