"""The fence around unit tests holds, and lets through what is inside."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest


def test_a_program_cannot_be_started():
    with pytest.raises(AssertionError, match="may not start a program"):
        subprocess.run([sys.executable, "-V"], check=False)


@pytest.mark.parametrize(
    ("family", "address"),
    [(socket.AF_INET, ("192.0.2.1", 80)), (socket.AF_INET6, ("2001:db8::1", 80))],
)
def test_another_machine_cannot_be_reached(family, address):
    with socket.socket(family) as one, pytest.raises(AssertionError, match="may not reach"):
        one.connect(address)


def test_the_engine_cannot_be_asked():
    with socket.socket(socket.AF_UNIX) as one, pytest.raises(AssertionError, match="container engine"):
        one.connect("/var/run/docker.sock")


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())

        assert client.getpeername() == server.getsockname()
