"""Keep the proxy at what the services say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from . import mapping, nginxconf
from .state import State
from .targets import Targets

log = logging.getLogger(__name__)

RESTART_SECONDS = 15.0
"""New settings are taken no oftener than this (AMBASSADOR_RESTART_TIME)."""

Services = Callable[[], Sequence[Mapping[str, Any]]]


class Carrier(Protocol):
    def take(self, text: str) -> None:
        """Go over to new settings."""


@dataclass(slots=True)
class Loop:
    services: Services
    targets: Targets
    carrier: Carrier
    state: State
    port: int = 80
    _text: str = ""
    _taken: float | None = None

    def turn(self) -> bool:
        """Read the services once; return whether the proxy got new settings."""
        reading = mapping.read(self.services())
        now = self.state.now()
        self.state.synced = now
        if self._taken is not None and now - self._taken < RESTART_SECONDS:
            return False
        addresses = {route.host: self.targets.address(route.host) for route in reading.routes}
        text = nginxconf.render(reading.routes, addresses.get, self.port)
        for error in reading.errors:
            if error not in self.state.reading.errors:
                log.error("%s", error)
        self.state.reading, self.state.addresses = reading, addresses
        if text == self._text:
            return False
        self.carrier.take(text)
        self._text, self._taken = text, now
        names = ", ".join(f"{route.prefix} -> {route.host}" for route in reading.routes)
        log.info("%d routes: %s", len(reading.routes), names)
        return True
