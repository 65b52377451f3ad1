"""Packet in, packet and log line out. Answers are packed once and kept until the next reload."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from . import codes, names, packing, query, querylog
from .delegate import Delegate
from .lookup import Answer
from .query import Query, Refusal
from .world import World

CACHED_ANSWERS = 20_000


class Reply(NamedTuple):
    """*packet* None: nothing is sent, nothing is logged."""

    packet: bytes | None
    line: str = ""


class _Packed(NamedTuple):
    """A reply but for its id and the question's case, and the constant part of its log line."""

    packet: bytes
    about: str


_Key: TypeAlias = tuple[bytes, int, int, int, int, bool, bool]
NOTHING = Reply(None)


class Responder:
    """Answers from one world. A reload makes a new responder, and with it an empty cache."""

    def __init__(self, world: World, delegate: Delegate, *, now: Callable[[], str] = querylog.now) -> None:
        self.world = world
        self._delegate = delegate
        self._now = now
        self._cache: dict[_Key, _Packed] = {}

    def respond(self, data: bytes, peer: str, *, tcp: bool, wait: bool) -> Reply | None:
        """Answer *data*. None: the delegate must be asked, which takes time; call again with *wait*."""
        asked = query.read(data)
        if asked is None:
            return NOTHING
        if isinstance(asked, Refusal):
            line = self._line(peer, peer, _about("", "", asked.rcode, "unknown"), tcp=tcp)
            return Reply(packing.refusal(asked), line)
        key = _key(asked, tcp=tcp)
        packed = self._cache.get(key)
        if packed is None:
            name = names.from_wire(asked.name)
            if asked.edns is not None and asked.edns.version:
                answer: Answer | None = Answer(codes.BADVERS, "unknown")
            elif asked.qtype == codes.A and asked.qclass == codes.IN and self.world.is_delegate(name):
                answer = self._delegate.ask(name) if wait else self._delegate.known(name)
            else:
                answer = self.world.answer(name, asked.qtype, asked.qclass)
            if answer is None:
                return None
            about = _about(names.spell(name), codes.type_name(asked.qtype), answer.rcode, answer.kind)
            packed = _Packed(packing.pack(packing.Frame(*key), answer), about)
            if answer.kind != "delegate":
                self._keep(key, packed)
        asker = peer if asked.edns is None else asked.edns.asker or peer
        return Reply(_personal(packed.packet, asked), self._line(peer, asker, packed.about, tcp=tcp))

    def overload(self, data: bytes, peer: str, *, tcp: bool) -> Reply:
        """Answer SERVFAIL: too many questions wait for the delegate."""
        asked = query.read(data)
        if not isinstance(asked, Query):
            return NOTHING
        name = names.spell(names.from_wire(asked.name))
        packet = packing.pack(packing.Frame(*_key(asked, tcp=tcp)), Answer(codes.SERVFAIL, "delegate"))
        about = _about(name, codes.type_name(asked.qtype), codes.SERVFAIL, "delegate")
        asker = peer if asked.edns is None else asked.edns.asker or peer
        return Reply(_personal(packet, asked), self._line(peer, asker, about, tcp=tcp))

    def _keep(self, key: _Key, packed: _Packed) -> None:
        if len(self._cache) >= CACHED_ANSWERS:
            self._cache.clear()
        self._cache[key] = packed

    def _line(self, peer: str, asker: str, about: str, *, tcp: bool) -> str:
        transport = "tcp" if tcp else "udp"
        who = f'"time": "{self._now()}", "peer": "{peer}", "asker": "{asker}"'
        return f'{{{who}, {about}, "transport": "{transport}"}}'


def _key(asked: Query, *, tcp: bool) -> _Key:
    edns = asked.edns
    if tcp:
        limit = packing.TCP_BYTES
    elif edns is None:
        limit = packing.PLAIN_BYTES
    else:
        limit = min(max(edns.size, packing.PLAIN_BYTES), packing.ADVERTISED_BYTES)
    if edns is not None and edns.version:
        limit = packing.TCP_BYTES + 1  # a key of its own: BADVERS must not be found by version 0
    flags = asked.flags & (query.RD | query.CD)
    return asked.name, asked.qtype, asked.qclass, flags, limit, edns is not None, edns is not None and edns.do


def _personal(packet: bytes, asked: Query) -> bytes:
    """Put the client's id and its spelling of the question (0x20) into a kept reply."""
    end = query.HEADER.size + len(asked.question)
    return asked.ident.to_bytes(2, "big") + packet[2 : query.HEADER.size] + asked.question + packet[end:]


def _about(name: str, qtype: str, rcode: int, kind: str) -> str:
    fields = {"name": name, "type": qtype, "rcode": codes.RCODES[rcode], "kind": kind}
    return json.dumps(fields)[1:-1]
