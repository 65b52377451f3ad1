"""Time, as a door, and the one way of waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from lab.errors import NotReady


class Clock(Protocol):
    """What the lab needs of time."""

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, never going back."""
        ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The real one."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def wait_until(
    what: str, probe: Callable[[], str | None], *, clock: Clock, timeout: float, every: float = 0.3
) -> None:
    """Call *probe* until it returns None (ready); else raise NotReady with the last thing it said.

    *timeout* and *every* are seconds. The probe runs at least once, however short the time.
    """
    start = clock.monotonic()
    while (seen := probe()) is not None:
        if clock.monotonic() - start >= timeout:
            raise NotReady(what, timeout, seen)
        clock.sleep(every)
