"""What exists while the lab is up. One file each: up, down, check."""

from __future__ import annotations

from typing import Protocol


class Component(Protocol):
    """A part of the lab."""

    @property
    def name(self) -> str: ...

    def up(self) -> None:
        """Bring it into being and wait until it is ready. Doing it twice is doing it once."""

    def down(self) -> None:
        """Remove every trace. Nothing there is not an error."""

    def check(self) -> str | None:
        """None when ready, else what is wrong. Changes nothing."""
