"""Wait for the master the way the old "tcp" backend did.

A name that is not found ends the process at once, and the kubelet starts it again; a master that does not
listen yet is asked again every second, without limit. torch's own store gives up after a deadline and asks
on for an unknown name, so both rules are kept here, before torch is asked to meet the others.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable

from .environment import Place

PAUSE_SECONDS = 1.0
CONNECT_SECONDS = 5.0


class HostNotFound(RuntimeError):
    """The master's name does not resolve."""


def wait_for_master(place: Place, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Return once the master accepts connections; the master itself does not wait. Raises `HostNotFound`."""
    while not place.is_master and not accepts(place.master_host, place.master_port):
        sleep(PAUSE_SECONDS)


def accepts(host: str, port: int) -> bool:
    """Say whether *host* takes a connection now. Raises `HostNotFound`; any other failure is a no."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise HostNotFound(f"host not found: {host}: {error.strerror}") from error
    for family, kind, protocol, _, address in addresses:
        with contextlib.suppress(OSError), socket.socket(family, kind, protocol) as probe:
            probe.settimeout(CONNECT_SECONDS)
            probe.connect(address)
            return True
    return False
