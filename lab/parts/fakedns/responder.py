"""Packet in, packet and log line out. Answers are packed once and kept until the next reload."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from dnslib import CLASS, QTYPE, RCODE

from . import names, querylog, wire
from .delegate import Delegate
from .lookup import Answer
from .wire import Query, Refusal
from .world import World

KEPT_ANSWERS = 20_000
KEPT_BYTES = 2048
"""Of a query and its answer together; longer ones come over TCP, and seldom."""


class Reply(NamedTuple):
    """*packet* None: nothing is sent, nothing is logged."""

    packet: bytes | None
    line: str = ""


class _Kept(NamedTuple):
    """A reply without its id, and the constant parts of its log line; *asker* None: whoever is the peer."""

    packet: bytes
    asker: str | None
    about: str


NOTHING = Reply(None)


class Responder:
    """Answers from one world. A reload makes a new responder, and with it an empty cache.

    The cache knows whole queries, but for their id: the same question in other letters, or for another pod,
    is another one. So a known query is not even read, which would take dnslib longer than all the rest.
    """

    def __init__(self, world: World, delegate: Delegate, *, now: Callable[[], str] = querylog.now) -> None:
        self.world = world
        self._delegate = delegate
        self._now = now
        self._cache: dict[tuple[bytes, bool], _Kept] = {}

    def respond(self, data: bytes, peer: str, *, tcp: bool, wait: bool) -> Reply | None:
        """Answer *data*. None: the delegate must be asked, which takes time; call again with *wait*."""
        kept = self._cache.get((data[2:], tcp))
        if kept is not None:
            return self._reply(data[:2] + kept.packet, peer, kept.asker, kept.about, tcp=tcp)
        asked = wire.read(data)
        if asked is None:
            return NOTHING
        if isinstance(asked, Refusal):
            about = _about("", "", asked.rcode, "unknown")
            return self._reply(wire.refuse(asked), peer, None, about, tcp=tcp)
        answer = self._answer(asked, wait=wait)
        if answer is None:
            return None
        packet = wire.pack(asked, answer, tcp=tcp)
        about = _about(names.spell(asked.name), QTYPE[asked.qtype], answer.rcode, answer.kind)
        if answer.kind != "delegate" and len(data) + len(packet) <= KEPT_BYTES:
            if len(self._cache) >= KEPT_ANSWERS:
                self._cache.clear()
            self._cache[data[2:], tcp] = _Kept(packet[2:], asked.asker, about)
        return self._reply(packet, peer, asked.asker, about, tcp=tcp)

    def overload(self, data: bytes, peer: str, *, tcp: bool) -> Reply:
        """Answer SERVFAIL: too many questions wait for the delegate."""
        asked = wire.read(data)
        if not isinstance(asked, Query):
            return NOTHING
        packet = wire.pack(asked, Answer(RCODE.SERVFAIL, "delegate"), tcp=tcp)
        about = _about(names.spell(asked.name), QTYPE[asked.qtype], RCODE.SERVFAIL, "delegate")
        return self._reply(packet, peer, asked.asker, about, tcp=tcp)

    def _answer(self, asked: Query, *, wait: bool) -> Answer | None:
        if asked.edns is not None and asked.edns.edns_ver:
            return Answer(wire.BADVERS, "unknown")
        if (asked.qtype, asked.qclass) == (QTYPE.A, CLASS.IN) and self.world.is_delegate(asked.name):
            return self._delegate.ask(asked.name) if wait else self._delegate.known(asked.name)
        return self.world.answer(asked.name, asked.qtype, asked.qclass)

    def _reply(self, packet: bytes, peer: str, asker: str | None, about: str, *, tcp: bool) -> Reply:
        transport = "tcp" if tcp else "udp"
        who = f'"time": "{self._now()}", "peer": "{peer}", "asker": "{asker or peer}"'
        return Reply(packet, f'{{{who}, {about}, "transport": "{transport}"}}')


def _about(name: str, qtype: str, rcode: int, kind: str) -> str:
    status = "BADVERS" if rcode == wire.BADVERS else RCODE[rcode]
    return json.dumps({"name": name, "type": qtype, "rcode": status, "kind": kind})[1:-1]
