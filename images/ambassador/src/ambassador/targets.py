"""Where services are: their names asked of the pod's resolver, and not oftener than need be."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field

FOUND_SECONDS = 15.0
MISSING_SECONDS = 60.0
"""A name that is nowhere in the cluster is asked of the world outside: each time is a line in its log."""


@dataclass(slots=True)
class Targets:
    """Addresses by name, each kept for a while."""

    now: Callable[[], float]
    ask: Callable[[str], str | None]
    _known: dict[str, tuple[str | None, float]] = field(default_factory=dict)

    def address(self, host: str) -> str | None:
        """Return the address of *host*; None where it has none."""
        known = self._known.get(host)
        if known is not None:
            address, asked = known
            if self.now() - asked < (MISSING_SECONDS if address is None else FOUND_SECONDS):
                return address
        found = self.ask(host)
        self._known[host] = (found, self.now())
        return found


def resolve(host: str) -> str | None:
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        return None
    return str(found[0][4][0]) if found else None
