"""The sockets of the sinkhole: every port leads to one conversation of a few bytes."""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

from . import replies, wanted

SO_ORIGINAL_DST = 80
"""Asks netfilter where a redirected connection was going (linux/netfilter_ipv4.h)."""
FIRST_BYTES_SECONDS = 5.0
CONNECTION_LIMIT = 128


class Sinkhole:
    """Listens on *ports* of *address*; port 0 lets the kernel choose. `start`, then `stop`."""

    def __init__(
        self,
        address: str,
        ports: Sequence[int],
        log: int,
        *,
        ledger: str | None = None,
        patience: float = FIRST_BYTES_SECONDS,
        limit: int = CONNECTION_LIMIT,
    ) -> None:
        self._log = log
        self._ledger = ledger
        self._log_lock = threading.Lock()
        self._patience = patience
        self._places = threading.BoundedSemaphore(limit)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._listeners: list[socket.socket] = []
        try:
            for port in ports:
                self._listeners.append(socket.create_server((address, port), backlog=128))
        except OSError:
            self._close()
            raise
        for listener in self._listeners:
            listener.setblocking(False)

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(listener.getsockname()[1] for listener in self._listeners)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=5)
        self._close()

    def event(self, event: str, **fields: object) -> None:
        self._write({"time": _now(), "event": event, **fields})

    def _close(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            for listener in select.select(self._listeners, [], [], 0.05)[0]:
                try:
                    connection, peer = listener.accept()
                except OSError:
                    time.sleep(0.01)  # gone already, or out of descriptors
                    continue
                port, came = original_port(connection), _now()
                if not self._places.acquire(blocking=False):
                    self._note(peer[0], port, wanted.Wanted("raw"), came)
                    connection.close()
                    continue
                threading.Thread(
                    target=self._converse, args=(connection, peer[0], port, came), daemon=True
                ).start()

    def _converse(self, connection: socket.socket, peer: str, port: int, came: str) -> None:
        try:
            with connection:
                seen = wanted.read(self._first_bytes(connection))
                self._note(peer, port, seen, came)
                if seen.kind == "http":
                    connection.settimeout(self._patience)
                    connection.sendall(replies.reply(seen))
                    _finish(connection)
        except OSError:
            return  # the client has gone; what it wanted is noted
        finally:
            self._places.release()

    def _first_bytes(self, connection: socket.socket) -> bytes:
        """Return what the client says first, at most until it has said enough, or until patience ends."""
        data = bytearray()
        deadline = time.monotonic() + self._patience
        while not wanted.is_whole(bytes(data)) and (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            try:
                piece = connection.recv(wanted.HEAD_BYTES - len(data))
            except OSError:
                break
            if not piece:
                break
            data += piece
        return bytes(data)

    def _note(self, peer: str, port: int, seen: wanted.Wanted, came: str) -> None:
        """*came*: when the connection did. A client may be slow, and its address another's by the end."""
        line = {"time": _now(), "from": came, "peer": peer, "port": port, **asdict(seen)}
        if self._ledger is not None:
            with suppress(OSError):  # a full disk must not stop the conversation
                ledger = os.open(self._ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
                try:
                    os.write(ledger, (json.dumps(line) + "\n").encode())
                finally:
                    os.close(ledger)
        self._write(line)

    def _write(self, line: dict[str, object]) -> None:
        view = memoryview((json.dumps(line) + "\n").encode())
        with self._log_lock:
            try:
                while view:
                    view = view[os.write(self._log, view) :]
            except OSError:
                return  # a full disk must not stop the conversation


def original_port(connection: socket.socket) -> int:
    """Return the port that the client aimed at, before a redirect if there was one."""
    try:
        packed = connection.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        return int(struct.unpack("!2xH12x", packed)[0])
    except OSError:
        return int(connection.getsockname()[1])


def _finish(connection: socket.socket) -> None:
    """Let the client read all of the reply: closing with its bytes unread would reset the connection."""
    connection.shutdown(socket.SHUT_WR)
    deadline = time.monotonic() + 1
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(65536):
            return


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
