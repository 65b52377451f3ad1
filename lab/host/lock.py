"""One lab, one hand on it: two `lab up` of the same name wait for nobody, the second says so."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError


@contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file *path*; the system frees it however the holder ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise LabError(f"{what}: its folder cannot be written: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabError(
                f"{what}: another lab command is changing it now; wait until that has ended"
            ) from None
        yield
