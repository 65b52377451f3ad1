"""Keeps one job going: a step whenever something of it changes, and one every half minute besides."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from operators.cluster import Conflict, Refused

from .job import NoPort

RESYNC_SECONDS = 30.0
SETTLE_SECONDS = 0.2
"""Changes come in bursts; one step answers for all that came in this time."""
FIRST_RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Follower:
    """Calls *step* until it says that the job is over. `wake` makes it look at once."""

    name: str
    step: Callable[[], Awaitable[bool]]
    resync: float = RESYNC_SECONDS
    settle: float = SETTLE_SECONDS
    retry: float = FIRST_RETRY_SECONDS
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self._changed.set()

    async def run(self) -> None:
        pause = self.retry
        while True:
            self._changed.clear()
            try:
                if not await self.step():
                    return
                wait, pause = self.resync, self.retry
            except Conflict:
                wait = self.settle  # somebody else wrote; the next step reads anew
            except (Refused, NoPort) as error:
                log.warning("%s: %s; trying again in %.0f s", self.name, error, pause)
                wait, pause = pause, min(2 * pause, self.resync)
                await asyncio.sleep(wait)
                continue
            await self._wait(wait)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return
        await asyncio.sleep(self.settle)
