from __future__ import annotations

import errno
import socket
import threading

import pytest

from lab.parts.probe import attempts
from lab.parts.probe.__main__ import attempt
from lab.parts.probe.outcomes import outcome


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "refused"),
        (OSError(errno.EHOSTUNREACH, "x"), "unreachable"),
        (OSError(errno.ENETUNREACH, "x"), "unreachable"),
        (PermissionError(errno.EPERM, "x"), "unreachable"),
        (PermissionError(errno.EACCES, "x"), "unreachable"),
        (TimeoutError("x"), "times-out"),
        (socket.gaierror(socket.EAI_NONAME, "x"), "unresolved"),
        (OSError(errno.EMFILE, "x"), "fails"),
    ],
)
def test_the_kernels_errors_have_names(error, word):
    assert outcome(error) == word


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_connection_succeeds(listener):
    seen = attempt("tcp", "127.0.0.1", listener.getsockname()[1], 2)

    assert seen["outcome"] == "succeeds"


def test_a_closed_port_refuses(listener):
    port = listener.getsockname()[1]
    listener.close()

    assert attempt("tcp", "127.0.0.1", port, 2)["outcome"] == "refused"
    assert attempt("udp", "127.0.0.1", port, 2)["outcome"] == "refused"


def test_a_datagram_must_be_answered():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(2)
        port = server.getsockname()[1]

        assert attempt("udp", "127.0.0.1", port, 0.05)["outcome"] == "times-out"
        server.recvfrom(100)

        def echo():
            data, peer = server.recvfrom(100)
            server.sendto(data, peer)

        thread = threading.Thread(target=echo)
        thread.start()
        assert attempt("udp", "127.0.0.1", port, 2)["outcome"] == "succeeds"
        thread.join()


def test_an_echo_requests_checksum_is_right():
    """RFC 1071: the sum over the whole, checksum included, is all ones."""
    packet = attempts.echo(8, 0xBEEF)
    total = sum(int.from_bytes(packet[at : at + 2], "big") for at in range(0, len(packet), 2))
    total = (total & 0xFFFF) + (total >> 16)

    assert total == 0xFFFF
    assert packet[4:6] == b"\xbe\xef"
