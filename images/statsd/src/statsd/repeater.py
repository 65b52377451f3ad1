"""Repeat packets, and say so once when they begin or cease to go anywhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

SINK = ("statsd-sink", 8125)
PORT = 8125
MOST_BYTES = 65535

Send = Callable[[bytes, tuple[str, int]], object]
"""Send a packet to a host by name; raises OSError, also where the name has no address."""


@dataclass(slots=True)
class Repeater:
    send: Send
    sink: tuple[str, int] = SINK
    _trouble: str | None = field(default=None)

    def repeat(self, packet: bytes) -> bool:
        """Send *packet* on; return whether it went."""
        host, port = self.sink
        try:
            self.send(packet, self.sink)
        except OSError as error:
            if str(error) != self._trouble:
                log.warning("cannot repeat to %s:%d: %s", host, port, error)
            self._trouble = str(error)
            return False
        if self._trouble is not None:
            log.info("repeating to %s:%d again", host, port)
        self._trouble = None
        return True
