"""Queries over TCP: one after the other on a connection, as long as its client keeps its pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from .querylog import QueryLog
from .responder import Reply, Responder

CONNECTION_LIMIT = 64
QUERIES_LIMIT = 1000
IDLE_SECONDS = 5.0
"""The longest wait for a whole message of a connection, from the end of the one before."""


class Conversations:
    """All connections of a server, at most *limit* at a time; *responder* gives the one of the moment."""

    def __init__(
        self,
        responder: Callable[[], Responder],
        log: QueryLog,
        pool: ThreadPoolExecutor,
        *,
        idle: float,
        limit: int,
    ) -> None:
        self._responder = responder
        self._log = log
        self._pool = pool
        self._idle = idle
        self._places = limit

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the queries of one connection; one over the limit is closed at once."""
        if not self._places:
            writer.close()
            return
        self._places -= 1
        peer = (writer.get_extra_info("peername") or ("gone",))[0]
        try:
            for _ in range(QUERIES_LIMIT):
                async with asyncio.timeout(self._idle):
                    size = int.from_bytes(await reader.readexactly(2), "big")
                    data = await reader.readexactly(size)
                reply = await self._answer(data, peer)
                if reply.packet is None:
                    break
                self._log.write([reply.line])
                writer.write(framed(reply.packet))
                async with asyncio.timeout(self._idle):
                    await writer.drain()
        except (OSError, EOFError, asyncio.CancelledError):
            writer.transport.abort()  # gone, silent or deaf for too long, or we stop
        finally:
            self._places += 1
            writer.close()

    async def _answer(self, data: bytes, peer: str) -> Reply:
        responder = self._responder()
        reply = responder.respond(data, peer, tcp=True, wait=False)
        if reply is None:
            late = self._pool.submit(responder.respond, data, peer, tcp=True, wait=True)
            reply = await asyncio.wrap_future(late)
        assert reply is not None
        return reply


def framed(packet: bytes) -> bytes:
    """Put the length before a message, as TCP wants it."""
    return len(packet).to_bytes(2, "big") + packet
