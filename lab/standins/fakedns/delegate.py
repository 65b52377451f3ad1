"""Node names asked of Docker's embedded DNS: addresses only, kept for a few seconds."""

from __future__ import annotations

import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable

from . import codes, names
from .lookup import Answer
from .names import Name
from .query import HEADER, QR
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
        self._lock = threading.Lock()

    def known(self, name: Name) -> Answer | None:
        """Return what is still good of an earlier answer."""
        with self._lock:
            until, answer = self._known.get(name, (0.0, None))
        return answer if self._clock() < until else None

    def ask(self, name: Name) -> Answer:
        """Return the addresses of *name*; SERVFAIL when the server says nothing useful in time."""
        if (known := self.known(name)) is not None:
            return known
        try:
            answer = self._exchange(name)
        except (OSError, ValueError, IndexError, struct.error):
            return Answer(codes.SERVFAIL, "delegate")
        with self._lock:
            self._known[name] = (self._clock() + TTL, answer)
        return answer

    def _exchange(self, name: Name) -> Answer:
        ident = secrets.randbits(16)
        question = names.to_wire(name) + struct.pack("!HH", codes.A, codes.IN)
        deadline = self._clock() + self._timeout
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as channel:
            channel.connect(self._address)
            # Without RD: what Docker does not know it forwards, and nobody is to go looking for our nodes.
            channel.send(HEADER.pack(ident, 0, 1, 0, 0, 0) + question)
            while (left := deadline - self._clock()) > 0:
                channel.settimeout(left)
                data = channel.recv(4096)
                if _fits(data, ident, question):
                    return _read(data, HEADER.size + len(question), name)
        raise TimeoutError


def _fits(data: bytes, ident: int, question: bytes) -> bool:
    """Tell whether *data* answers our question; anything else may be late or forged."""
    if len(data) < HEADER.size:
        return False
    seen, flags, *_ = HEADER.unpack_from(data)
    asked = data[HEADER.size : HEADER.size + len(question)]
    return seen == ident and bool(flags & QR) and asked.lower() == question.lower()


def _read(data: bytes, at: int, name: Name) -> Answer:
    _, flags, _, answers, _, _ = HEADER.unpack_from(data)
    rcode = flags & 0xF
    if rcode == codes.NXDOMAIN:
        return Answer(codes.NXDOMAIN, "delegate")
    if rcode != codes.NOERROR:
        raise ValueError("the server failed")
    addresses = []
    for _ in range(answers):
        while (length := data[at]) and length < 64:
            at += length + 1
        at += 2 if length else 1
        rtype, rclass, _, size = struct.unpack_from("!HHIH", data, at)
        at += 10
        if rtype == codes.A and rclass == codes.IN and size == 4 and at + size <= len(data):
            addresses.append((data[at : at + size],))
        at += size
    sets = (RRset(name, codes.A, TTL, tuple(addresses)),) if addresses else ()
    return Answer(codes.NOERROR, "delegate", answer=sets)
