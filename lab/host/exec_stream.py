"""Run a command in a container with a deadline, which the SDK's own `exec_run` does not have."""

from __future__ import annotations

import io
import logging
import shlex
import socket
import struct
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import docker.errors
from docker.api import APIClient

from lab.host.shell import GRACE_SECONDS, Completed

log = logging.getLogger(__name__)

TIMED_OUT_CODES = (124, 137)
"""What coreutils' `timeout` exits with when it ended the command, politely or not."""

MARK = "LAB_EXEC"
"""The variable by which a command's processes are found again."""
END = f'for one in /proc/[0-9]*; do grep -qsz "^{MARK}=$0$" $one/environ && kill "${{one#/proc/}}"; done'


def run(
    api: APIClient, container: str, argv: Sequence[str], *, timeout: float, stdin: str | None
) -> Completed:
    """Run *argv*; *timeout* in seconds. `timeout` inside the container ends the command itself, since
    closing the stream from here would leave it running; the deadline here is for an engine that hangs.
    """
    wrapped = ["timeout", "--kill-after=2", f"{timeout:.1f}", *argv]
    start = time.monotonic()
    mark = uuid.uuid4().hex
    made = api.exec_create(container, wrapped, stdin=stdin is not None, environment={MARK: mark})
    stream: Any = api.exec_start(made["Id"], socket=True)
    connection: socket.socket = getattr(stream, "_sock", stream)  # a SocketIO around it, over a Unix socket
    reader: io.BufferedReader = stream._response.raw._fp.fp  # noqa: SLF001 - see _drain
    try:
        if stdin is not None:
            threading.Thread(target=_feed, args=(connection, stdin.encode()), daemon=True).start()
        stdout, stderr, complete = _drain(reader, connection, deadline=start + timeout + GRACE_SECONDS)
    except BaseException:  # Ctrl-C: the user does not want it any more
        _end(api, container, mark)
        raise
    finally:
        reader.close()
        connection.close()
    seconds = time.monotonic() - start
    code = api.exec_inspect(made["Id"])["ExitCode"] if complete else None
    if code in TIMED_OUT_CODES and seconds >= timeout:
        code = None
    log.debug("%s: %s: %s in %.2f s", container, shlex.join(argv), code, seconds)
    return Completed(tuple(argv), code, stdout, stderr, seconds)


def _end(api: APIClient, container: str, mark: str) -> None:
    """End, in the container, whatever was started under *mark*: the engine itself cannot."""
    with suppress(docker.errors.DockerException, OSError):
        made = api.exec_create(container, ["sh", "-c", END, mark])
        api.exec_start(made["Id"], detach=True)


def _feed(connection: socket.socket, content: bytes) -> None:
    try:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        log.debug("the command did not read all of its input")


def _drain(reader: io.BufferedReader, connection: socket.socket, *, deadline: float) -> tuple[str, str, bool]:
    """Read the engine's frames (type, length, payload) to the end; False: the deadline came first.

    *reader* is the HTTP response's own: frames that arrived together with its header wait in its buffer,
    and would be lost to whoever reads the bare *connection*, as the SDK does.
    """
    streams = {1: bytearray(), 2: bytearray()}
    complete = False
    buffer = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            chunk = reader.read1(65536)
        except TimeoutError:
            break
        except ConnectionResetError:  # the command ended and left some of its input unread
            chunk = b""
        if not chunk:
            complete = True
            break
        buffer += chunk
        while len(buffer) >= 8:
            kind, length = struct.unpack(">BxxxI", buffer[:8])
            if len(buffer) < 8 + length:
                break
            streams.setdefault(kind, bytearray()).extend(buffer[8 : 8 + length])
            del buffer[: 8 + length]
    return streams[1].decode("utf-8", "replace"), streams[2].decode("utf-8", "replace"), complete
