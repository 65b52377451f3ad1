"""The sockets: one loop for UDP, threads for TCP, a thread that watches the files."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from . import loading
from .delegate import Delegate
from .querylog import QueryLog
from .responder import Reply, Responder

BATCH = 64
WAITING_LIMIT = 128
RELOAD_SECONDS = 0.5
POLL_SECONDS = 0.05
"""How soon a stop is seen."""
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
    ) -> None:
        self._settings_path = settings_path
        self._log = log
        self._delegate_port = delegate_port
        self._reload_seconds = reload_seconds
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(4, thread_name_prefix="delegate")
        self._waiting = threading.BoundedSemaphore(WAITING_LIMIT)
        self._udp, self.tcp = bind(address, port)
        self.port: int = self._udp.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._take(loading.load(settings_path))

    def start(self, serve_tcp: Callable[[Server], None]) -> None:
        for target in (self._serve_udp, self._watch, lambda: serve_tcp(self)):
            thread = threading.Thread(target=target, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Answer what was received, then close. Doing it twice is doing it once."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._udp.close()
        self.tcp.close()

    @property
    def alive(self) -> bool:
        """False when a thread died of a bug; what is left must not look like a server."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def answer_tcp(self, data: bytes, peer: str) -> bytes | None:
        """Answer one message of a connection; its line is in the log when this returns."""
        reply = self._responder.respond(data, peer, tcp=True, wait=True)
        assert reply is not None
        if reply.packet is not None:
            self._log.write([reply.line])
        return reply.packet

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

    def _watch(self) -> None:
        while not self._stopping.wait(self._reload_seconds):
            if loading.changed(self._loaded):
                self._take(loading.load(self._settings_path, self._loaded.world))

    def _serve_udp(self) -> None:
        poll = select.poll()
        poll.register(self._udp, select.POLLIN)
        while not self.stopping:
            if poll.poll(POLL_SECONDS * 1000):
                self._drain()

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
            self._send_last(packet, peer)
        except OSError:
            pass  # no route back: the client will ask again, or not

    def _send_last(self, packet: bytes, peer: tuple[str, int]) -> None:
        try:
            self._udp.sendto(packet, peer)
        except OSError:
            self._log.event("unsent", peer=peer[0])


def bind(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Return a UDP and a listening TCP socket on the same port. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for attempt in range(20):
        tcp = socket.socket(family, socket.SOCK_STREAM)
        udp = socket.socket(family, socket.SOCK_DGRAM)
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


def framed(packet: bytes) -> bytes:
    """Put the length before a message, as TCP wants it."""
    return struct.pack("!H", len(packet)) + packet
