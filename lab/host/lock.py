"""One lab, one hand on it: two `lab up` of the same name wait for nobody, the second says so."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from lab.errors import LabError

ROOM = 256 * 1024
"""Bytes: the kubeconfig, kind's configuration and the beginning of a journal."""


@contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file *path*; the system frees it however the holder ends.

    The file goes with its holder, and so does its folder where nothing else is in it.
    """
    with _locked(path, what) as file:
        try:
            _see_that_there_is_room(file, path, what)
            yield
        finally:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                path.parent.rmdir()


def _see_that_there_is_room(file: IO[str], path: Path, what: str) -> None:
    """Who holds the lock will write beside it; better to know now than half way."""
    try:
        os.posix_fallocate(file.fileno(), 0, ROOM)
        os.ftruncate(file.fileno(), 0)
    except OSError as error:
        raise _refused(path, what, error) from error


def _locked(path: Path, what: str) -> IO[str]:
    """Return the open file, locked, and still the one that *path* names: its last holder removes it."""
    while True:
        file = _opened(path, what)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise LabError(
                f"{what}: another lab command is changing it now; wait until that has ended"
            ) from None
        with suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        file.close()


def _opened(path: Path, what: str) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w")
    except OSError as error:
        raise _refused(path, what, error) from error


def _refused(path: Path, what: str, error: OSError) -> LabError:
    return LabError(
        f"{what}: its folder {path.parent} cannot be written: {error.strerror};"
        " XDG_STATE_HOME says where the lab keeps its state"
    )
