"""A sweep must not fill the ledger: each wanter's first attempts are listed, the rest is summed up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .counts import Attempt

FIRST_ATTEMPTS = 2048
"""What one wanter may list at once; all of a hook together may list WHOLE times as many."""
ATTEMPTS_A_SECOND = 8.0
"""How fast the allowance comes back."""
WHOLE = 4
SUMMED_WANTERS = 512
"""Beyond so many at once their addresses are made up, most likely; they are summed up without."""


@dataclass(slots=True)
class Allowance:
    """A bucket that fills up again with time."""

    left: float
    at: float

    def take(self, now: float, *, most: float, rate: float) -> bool:
        self.left = min(most, self.left + (now - self.at) * rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Sums:
    """Of one namespace."""

    wanters: dict[tuple[str, str, str], Allowance] = field(default_factory=dict)
    hooks: dict[str, Allowance] = field(default_factory=dict)

    def shortened(
        self, rows: Iterable[tuple[Attempt, int]], now: float
    ) -> Iterator[tuple[Attempt, int, int]]:
        """Yield each attempt with its packets and how many attempts it stands for.

        What is beyond a wanter's allowance is one row for each of its protocols, without a destination.
        """
        summed: dict[Attempt, tuple[int, int]] = {}
        for one, packets in rows:
            if one.dst and self._may(one, now):
                yield one, packets, 1
                continue
            whole = replace(one, dst="", port=None, type=None)
            if whole not in summed and len(summed) >= SUMMED_WANTERS:
                whole = replace(whole, src="")
            attempts, before = summed.get(whole, (0, 0))
            summed[whole] = (attempts + 1, before + packets)
        for whole, (attempts, packets) in summed.items():
            yield whole, packets, attempts
        self._forget(now)

    def _may(self, one: Attempt, now: float) -> bool:
        wanter = (one.hook, one.link, one.src)
        own = self.wanters.setdefault(wanter, Allowance(FIRST_ATTEMPTS, now))
        if not own.take(now, most=FIRST_ATTEMPTS, rate=ATTEMPTS_A_SECOND):
            return False
        whole = self.hooks.setdefault(one.hook, Allowance(WHOLE * FIRST_ATTEMPTS, now))
        return whole.take(now, most=WHOLE * FIRST_ATTEMPTS, rate=WHOLE * ATTEMPTS_A_SECOND)

    def _forget(self, now: float) -> None:
        """Forget a wanter whose allowance is whole again."""
        full = FIRST_ATTEMPTS / ATTEMPTS_A_SECOND
        self.wanters = {who: one for who, one in self.wanters.items() if now - one.at < full}
