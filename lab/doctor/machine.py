"""The door to the machine under examination: files, programs, space, time. It changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lab.errors import ToolMissing
from lab.host.clock import Clock
from lab.host.shell import Completed, Shell

PROBE_SECONDS = 15.0
NOT_FOUND = 127
"""The exit code by which a shell says that there is no such program."""


class Machine(Protocol):
    def read(self, path: str) -> str | None:
        """Return a file's text, or None where it is not there or may not be read."""
        ...

    def exists(self, path: str) -> bool: ...

    def run(self, *argv: str) -> Completed:
        """Run a program for at most 15 s; one that is not there ends with exit code 127."""
        ...

    def free(self, path: str) -> int | None:
        """Return the bytes that may still be written under *path*, or under the folder that will hold it."""
        ...

    def newest(self, paths: Iterable[str]) -> float:
        """Return the latest time of change of *paths*, as POSIX seconds; 0 when none is there."""
        ...

    def now(self) -> float:
        """Return POSIX seconds."""
        ...

    def user(self) -> int:
        """Return the user's number; 0 is root."""
        ...


@dataclass(frozen=True, slots=True)
class HostMachine:
    """The real one."""

    shell: Shell
    clock: Clock

    def read(self, path: str) -> str | None:
        try:
            return Path(path).read_text(errors="replace")
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        return Path(path).exists()

    def run(self, *argv: str) -> Completed:
        try:
            return self.shell.run(argv, timeout=PROBE_SECONDS, env={"LC_ALL": "C.UTF-8"})
        except ToolMissing as error:
            return Completed(argv, NOT_FOUND, "", str(error), 0.0)

    def free(self, path: str) -> int | None:
        for folder in (Path(path), *Path(path).parents):
            try:
                return shutil.disk_usage(folder).free
            except OSError:
                continue
        return None

    def newest(self, paths: Iterable[str]) -> float:
        return max((_changed(path) for path in paths), default=0.0)

    def now(self) -> float:
        return self.clock.now().timestamp()

    def user(self) -> int:
        return os.geteuid()


def _changed(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0
