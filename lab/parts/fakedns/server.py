"""The server: one event loop for UDP, TCP and the watch over the files; only the delegate has threads."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

from . import loading
from .conversation import CONNECTION_LIMIT, IDLE_SECONDS, Conversations
from .delegate import Delegate
from .querylog import QueryLog
from .responder import Reply, Responder

BATCH = 64
WAITING_LIMIT = 128
RELOAD_SECONDS = 0.5
RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024


class Server:
    """The fake DNS on one address. `start`, then `stop`. Port 0: the kernel chooses, one for both."""

    def __init__(
        self,
        settings_path: str,
        log: QueryLog,
        *,
        address: str,
        port: int,
        delegate_port: int = 53,
        reload_seconds: float = RELOAD_SECONDS,
        idle: float = IDLE_SECONDS,
        limit: int = CONNECTION_LIMIT,
    ) -> None:
        self._settings_path = settings_path
        self._log = log
        self._delegate_port = delegate_port
        self._reload_seconds = reload_seconds
        self._waiting = threading.BoundedSemaphore(WAITING_LIMIT)
        self._udp, self._tcp = bind(address, port)
        self.port: int = self._udp.getsockname()[1]
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="delegate")
        self._conversations = Conversations(lambda: self._responder, log, self._pool, idle=idle, limit=limit)
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=lambda: self._loop.run_until_complete(self._run()), daemon=True
        )
        self._take(loading.load(settings_path))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer what was received, then close. Doing it twice is doing it once."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._loop.close()
        self._udp.close()
        self._tcp.close()

    @property
    def alive(self) -> bool:
        """False when the loop died of a bug; what is left must not look like a server."""
        return self._thread.is_alive()

    async def _run(self) -> None:
        self._loop.add_reader(self._udp, self._drain)
        listener = await asyncio.start_server(self._conversations.converse, sock=self._tcp)
        watching = asyncio.create_task(self._watch())
        ending = asyncio.create_task(self._ended.wait())
        await asyncio.wait({watching, ending}, return_when=asyncio.FIRST_COMPLETED)
        self._loop.remove_reader(self._udp)
        self._drain()
        listener.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the connections close
        if not watching.cancelled():
            watching.result()

    def _take(self, loaded: loading.Loaded) -> None:
        """Put a new world in place; queries under way finish with the old one."""
        delegate = Delegate(loaded.world.settings.delegate_server, port=self._delegate_port)
        self._loaded = loaded
        self._responder = Responder(loaded.world, delegate)
        self._log.event(
            "reload",
            zones=[str(zone) for zone in loaded.world.zones.values()],
            problems=loaded.problems,
            warnings=loaded.warnings,
        )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._reload_seconds)
            if loading.changed(self._loaded):
                self._take(await asyncio.to_thread(loading.load, self._settings_path, self._loaded.world))

    def _drain(self) -> None:
        """Answer what waits in the socket, a batch at a time, the log before the answers."""
        responder = self._responder
        lines: list[str] = []
        replies: list[tuple[bytes, tuple[str, int]]] = []
        for _ in range(BATCH):
            try:
                data, peer = self._udp.recvfrom(4096)
            except BlockingIOError:
                break
            except OSError:
                continue  # a client that went away (ECONNREFUSED) is not ours to mend
            reply = responder.respond(data, peer[0], tcp=False, wait=False)
            if reply is None:
                reply = self._hand_over(responder, data, peer)
            if reply is not None and reply.packet is not None:
                lines.append(reply.line)
                replies.append((reply.packet, peer))
        self._log.write(lines)
        for packet, peer in replies:
            self._send(packet, peer)

    def _hand_over(self, responder: Responder, data: bytes, peer: tuple[str, int]) -> Reply | None:
        if not self._waiting.acquire(blocking=False):
            return responder.overload(data, peer[0], tcp=False)
        self._pool.submit(self._answer_late, responder, data, peer)
        return None

    def _answer_late(self, responder: Responder, data: bytes, peer: tuple[str, int]) -> None:
        try:
            reply = responder.respond(data, peer[0], tcp=False, wait=True)
            if reply is not None and reply.packet is not None:
                self._log.write([reply.line])
                self._send(reply.packet, peer)
        finally:
            self._waiting.release()

    def _send(self, packet: bytes, peer: tuple[str, int]) -> None:
        try:
            self._udp.sendto(packet, peer)
        except BlockingIOError:
            select.select([], [self._udp], [], 0.2)
            try:
                self._udp.sendto(packet, peer)
            except OSError:
                self._log.event("unsent", peer=peer[0])
        except OSError:
            pass  # no route back: the client will ask again, or not


def bind(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Bind UDP and TCP to one port; when the kernel chooses, try until one is free for both."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for attempt in range(20):
        udp, tcp = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_STREAM)
        try:
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((address, port))
            udp.bind((address, tcp.getsockname()[1]))
        except OSError:
            tcp.close()
            udp.close()
            if port or attempt == 19:
                raise
            continue
        tcp.listen(128)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        udp.setblocking(False)
        return udp, tcp
    raise AssertionError("unreachable")
