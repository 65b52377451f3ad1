"""The kernel's errors in the words of scenario files (lab/spec/scenario.py, `Outcome`)."""

from __future__ import annotations

import errno
import socket

UNREACHABLE = frozenset(
    {
        errno.EHOSTUNREACH,  # ICMP administratively prohibited, or no neighbour
        errno.ENETUNREACH,
        errno.EPERM,  # refused by the output hook of the sender's own namespace
        errno.EACCES,  # ICMPv6 administratively prohibited; broadcast
        errno.EADDRNOTAVAIL,
        errno.ENETDOWN,
        errno.EHOSTDOWN,
    }
)


def outcome(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "unresolved"
    if isinstance(error, TimeoutError):
        return "times-out"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "unreachable" if error.errno in UNREACHABLE else "fails"
