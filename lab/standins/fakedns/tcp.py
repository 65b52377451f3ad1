"""DNS over TCP: a thread a connection, several queries each, bounded in number and in patience."""

from __future__ import annotations

import select
import socket
import threading
import time

from .server import POLL_SECONDS, Server, framed

CONNECTION_LIMIT = 64
IDLE_SECONDS = 5.0
"""The longest wait for a whole message, from the end of the one before."""
QUERIES_LIMIT = 1000


def serve(server: Server, *, idle: float = IDLE_SECONDS, limit: int = CONNECTION_LIMIT) -> None:
    """Accept until the server stops; a connection over the limit is closed at once."""
    places = threading.BoundedSemaphore(limit)
    server.tcp.settimeout(POLL_SECONDS)
    while not server.stopping:
        try:
            connection, peer = server.tcp.accept()
        except TimeoutError:
            continue
        except OSError:
            if not server.stopping:
                time.sleep(0.05)  # out of descriptors: let some connections end
            continue
        if not places.acquire(blocking=False):
            connection.close()
            continue
        threading.Thread(
            target=_converse, args=(server, connection, peer[0], places, idle), daemon=True
        ).start()


def _converse(
    server: Server, connection: socket.socket, peer: str, places: threading.BoundedSemaphore, idle: float
) -> None:
    try:
        with connection:
            for _ in range(QUERIES_LIMIT):
                deadline = time.monotonic() + idle
                size = int.from_bytes(_exactly(server, connection, 2, deadline), "big")
                reply = server.answer_tcp(_exactly(server, connection, size, deadline), peer)
                if reply is None:
                    return
                connection.settimeout(idle)
                connection.sendall(framed(reply))
    except OSError:
        return  # the client went away, or was silent for too long
    finally:
        places.release()


def _exactly(server: Server, connection: socket.socket, size: int, deadline: float) -> bytes:
    """Read *size* bytes by *deadline*. Raises OSError when they do not come."""
    data = bytearray()
    while len(data) < size:
        left = deadline - time.monotonic()
        if left <= 0 or server.stopping:
            raise TimeoutError
        if select.select([connection], [], [], min(left, POLL_SECONDS))[0]:
            piece = connection.recv(size - len(data))
            if not piece:
                raise ConnectionError
            data += piece
    return bytes(data)
