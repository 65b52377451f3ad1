"""When to try again what did not work: ever later, then not before the resync.

Facts: the original gives a claim 15 attempts, then leaves it until its next resync, 15 minutes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

FIRST_SECONDS, LONGEST_SECONDS = 1.0, 60.0
MOST = 15
RESYNC_SECONDS = 900.0


@dataclass(slots=True)
class Attempts:
    """What failed, by key: how often, and when its next turn is, in seconds of the caller's clock."""

    failures: dict[str, int] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)

    def failed(self, key: str, now: float) -> None:
        count = self.failures.get(key, 0) + 1
        if count >= MOST:
            self.failures.pop(key, None)
            self.due[key] = now + RESYNC_SECONDS
            return
        self.failures[key] = count
        self.due[key] = now + min(FIRST_SECONDS * 2 ** (count - 1), LONGEST_SECONDS)

    def waits(self, key: str) -> bool:
        """Say whether *key* failed and has not had its next turn."""
        return key in self.due

    def done(self, key: str) -> None:
        self.failures.pop(key, None)
        self.due.pop(key, None)

    def take_due(self, now: float) -> Iterator[str]:
        """Yield what has its turn now, each once."""
        for key in [key for key, at in self.due.items() if at <= now]:
            del self.due[key]
            yield key

    def pause(self, now: float, longest: float) -> float:
        """Return for how many seconds nothing is due, at most *longest*."""
        return max(min([longest, *(at - now for at in self.due.values())]), 0.0)
