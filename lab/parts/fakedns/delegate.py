"""Node names asked of Docker's embedded DNS: addresses only, kept for a few seconds."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable

from dnslib import QTYPE, RCODE, DNSHeader, DNSLabel, DNSQuestion, DNSRecord

from .lookup import Answer
from .names import Name
from .zone import RRset

TTL = 5
"""Seconds; a node's address may change when it is made anew."""
TIMEOUT_SECONDS = 1.0


class Delegate:
    """Asks one server, and remembers what it said while the TTL lasts. Threads may share it."""

    def __init__(
        self,
        server: str,
        *,
        port: int = 53,
        timeout: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = (server, port)
        self._timeout = timeout
        self._clock = clock
        self._known: dict[Name, tuple[float, Answer]] = {}

    def known(self, name: Name) -> Answer | None:
        """Return what is still good of an earlier answer."""
        until, answer = self._known.get(name, (0.0, None))
        return answer if self._clock() < until else None

    def ask(self, name: Name) -> Answer:
        """Return the addresses of *name*; SERVFAIL when the server says nothing useful in time."""
        if (known := self.known(name)) is not None:
            return known
        try:
            reply = self._exchange(name)
        except OSError:
            return Answer(RCODE.SERVFAIL, "delegate")
        if reply.header.rcode not in {RCODE.NOERROR, RCODE.NXDOMAIN}:
            return Answer(RCODE.SERVFAIL, "delegate")
        found = tuple(record.rdata for record in reply.rr if record.rtype == QTYPE.A)
        sets = (RRset(name, QTYPE.A, TTL, found),) if found else ()
        answer = Answer(reply.header.rcode, "delegate", answer=sets)
        self._known[name] = (self._clock() + TTL, answer)
        return answer

    def _exchange(self, name: Name) -> DNSRecord:
        # Without RD: what Docker does not know it forwards, and nobody is to go looking for our nodes.
        asked = DNSRecord(DNSHeader(secrets.randbits(16), 0), q=DNSQuestion(DNSLabel(name), QTYPE.A))
        deadline = self._clock() + self._timeout
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as channel:
            channel.connect(self._address)
            channel.send(asked.pack())
            while (left := deadline - self._clock()) > 0:
                channel.settimeout(left)
                reply = _read(channel.recv(4096))
                if reply is not None and _fits(reply, asked):
                    return reply
        raise TimeoutError


def _read(data: bytes) -> DNSRecord | None:
    try:
        return DNSRecord.parse(data)
    except Exception:  # noqa: BLE001  # dnslib reads thirty types, and each fails at nonsense in its own way
        return None


def _fits(reply: DNSRecord, asked: DNSRecord) -> bool:
    """Tell whether *reply* is to our question; anything else may be late or forged."""
    same = reply.header.id == asked.header.id and reply.questions == asked.questions
    return bool(same and reply.header.qr)
