"""What tools say, and which outcome it means. Pure; the cases are in tests/data/signatures.

A plain command that ends badly merely `fails`, unless its words leave no doubt. So only whole phrases of
known tools stand here, and the last one said decides: programs report the cause at their end.
"""

from __future__ import annotations

import re

from lab.host.shell import Completed
from lab.spec.scenario import Outcome

PHRASES: tuple[tuple[Outcome, str], ...] = (
    # libc getaddrinfo (getent, ping, python, curl, bash's /dev/tcp), Go's resolver, busybox, dig
    (
        Outcome.UNRESOLVED,
        (
            r"Name or service not known|Temporary failure in name resolution"
            r"|No address associated with hostname|Name does not resolve"
            r"|Could not resolve host|nodename nor servname|bad address '|unable to resolve host"
            r"|lookup \S+(?: on \S+)?: (?:no such host|server misbehaving)|: no such host"
            r"|status: (?:NXDOMAIN|SERVFAIL)|server can't find \S+: (?:NXDOMAIN|SERVFAIL)"
        ),
    ),
    (
        Outcome.UNREACHABLE,
        (
            r"No route to host|Network (?:is )?unreachable|Host (?:is )?unreachable|Packet filtered"
            r"|Communication prohibited|Destination (?:Host|Net|Port) (?:Unreachable|Prohibited)"
            r"|Administratively prohibited"
        ),
    ),
    (
        Outcome.REFUSED,
        r"[Cc]onnection refused|[Cc]onnection reset by peer|The connection to the server \S+ was refused",
    ),
    (
        Outcome.NOT_FOUND,
        (
            r"HTTP Error 404|ERROR 404: Not Found|The requested URL returned error: 404|\(NotFound\)"
            r"|the server doesn't have a resource type|no matching resources found|manifest unknown"
        ),
    ),
    (
        Outcome.TIMES_OUT,
        (
            r"[Cc]onnection timed out|Operation timed out|timed out waiting for|i/o timeout"
            r"|context deadline exceeded|no servers could be reached"
        ),
    ),
)

NO_ECHO = "100% packet loss"
"""ping's summary, which follows the reason where there was one; without one, nobody answered in time."""

_ALL = re.compile("|".join(f"(?P<o{index}>{pattern})" for index, (_, pattern) in enumerate(PHRASES)))


def told(text: str) -> Outcome | None:
    """Return the outcome that the last known phrase of *text* names; None where there is none."""
    found = list(_ALL.finditer(text))
    if not found or found[-1].lastgroup is None:
        return Outcome.TIMES_OUT if NO_ECHO in text else None
    return PHRASES[int(found[-1].lastgroup[1:])][0]


def of_command(done: Completed) -> Outcome:
    """Classify how a typed command ended."""
    if done.exit_code is None:
        return Outcome.TIMES_OUT
    if done.ok:
        return Outcome.SUCCEEDS
    return told(done.stderr) or told(done.stdout) or Outcome.FAILS
