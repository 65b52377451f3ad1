"""What the gateway is doing now, for its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .mapping import Reading

STALE_SECONDS = 120.0


@dataclass(slots=True)
class State:
    now: Callable[[], float]
    serving: Callable[[], bool]
    """Whether the program that carries the traffic runs."""
    started: float = 0.0
    synced: float | None = None
    reading: Reading = field(default_factory=lambda: Reading((), ()))
    addresses: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """Up, and heard of the API server not too long ago."""
        return self.serving() and self.synced is not None and self.now() - self.synced < STALE_SECONDS

    @property
    def ready(self) -> bool:
        return self.alive

    @property
    def uptime(self) -> int:
        return int(self.now() - self.started)
