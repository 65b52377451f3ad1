"""The one servable: has the newest version loaded, and says what happens in the original's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from . import said
from .versions import NoBasePath, Version, newest

ModelT = TypeVar("ModelT")
Say = Callable[[str, str, str], None]


class NotLoaded(Exception):
    """A version could not be loaded; the message says why, as the loading did."""


@dataclass(slots=True)
class Manager(Generic[ModelT]):
    """*load* makes a model of a version's folder, or raises."""

    name: str
    base: Path
    load: Callable[[Path], ModelT]
    say: Say
    model: ModelT | None = None
    """What answers now; read by other threads, and replaced as a whole."""
    _version: Version | None = field(default=None, init=False)
    _failed: Version | None = field(default=None, init=False)

    @property
    def number(self) -> int | None:
        """The version that answers now."""
        return self._version.number if self._version else None

    def poll(self) -> None:
        """Look at the folder once, and load or unload accordingly.

        A version that cannot be loaded is not tried again, and leaves the one before it where it is. Raises
        NotLoaded.
        """
        try:
            version = newest(self.base)
        except NoBasePath as error:
            words = "FileSystemStoragePathSource encountered a file-system access error"
            self.say("E", said.SOURCE, f"{words}: {error} for servable {self.name}")
            return
        if version is None:
            words = f"No versions of servable {self.name} found under base path {self.base}"
            self.say("W", said.SOURCE, words)
            self._unload()
        elif version not in {self._version, self._failed}:
            self._replace(version)

    def _replace(self, version: Version) -> None:
        called = self._called(version)
        self.say("I", said.RESERVED, f"Successfully reserved resources to load servable {called}")
        self.say("I", f"{said.HARNESS}:66", f"Approving load for servable version {called}")
        self.say("I", f"{said.HARNESS}:74", f"Loading servable version {called}")
        try:
            model = self.load(version.folder)
        except Exception as error:
            self._failed = version
            words = " ".join(str(error).split()) or type(error).__name__
            self.say("E", f"{said.HARNESS}:154", f"Loading servable {called} failed: {words}")
            raise NotLoaded(words) from error
        self.say("I", f"{said.HARNESS}:86", f"Successfully loaded servable version {called}")
        self._unload()
        self._version, self.model = version, model

    def _unload(self) -> None:
        if self._version is None:
            return
        called = self._called(self._version)
        self.say("I", f"{said.HARNESS}:117", f"Unloading servable version {called}")
        self._version = self.model = None
        self.say("I", f"{said.HARNESS}:125", f"Done unloading servable version {called}")

    def _called(self, version: Version) -> str:
        return f"{{name: {self.name} version: {version.number}}}"
