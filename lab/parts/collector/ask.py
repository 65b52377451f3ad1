"""`... -m lab.parts.collector.ask [LINE]`: have what was counted written down, now, and LINE after it.

Where that was not to be had, a line of JSON on stdout says why.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from .books import Book

FOLDER = "/var/lib/lab-ledger"
SOCKET = "/run/collector.sock"
PATIENCE = 8.0


def reading(path: str = SOCKET) -> str | None:
    """Wait until the collector has read everything once more. Return why that was not to be had."""
    try:
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(path)
            return None if link.recv(100) else "it ended"
    except OSError as error:
        return str(error)


@contextmanager
def listening(path: str = SOCKET) -> Iterator[socket.socket]:
    Path(path).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        Path(path).chmod(0o600)
        listener.listen(16)
        yield listener


def main() -> None:
    now = datetime.now(UTC).isoformat()
    if reason := reading():
        print(json.dumps({"time": now, "event": "unread", "reason": reason}), flush=True)
    if len(sys.argv) > 1:
        said = json.loads(sys.argv[1])
        book = Book(Path(os.environ.get("LEDGER", FOLDER)) / "said.jsonl")
        book.add([json.dumps({"time": now, **said})])


if __name__ == "__main__":
    main()
