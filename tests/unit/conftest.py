"""The fence: a unit test that starts a program or leaves this machine fails at that line."""

from __future__ import annotations

import ipaddress
import socket
import subprocess
from typing import Any, NoReturn

import pytest

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_sendto = socket.socket.sendto


class FenceError(AssertionError):
    """A unit test reached outside."""


def _refuse_program(*args: Any, **_: Any) -> NoReturn:
    argv = args[1] if len(args) > 1 else "?"
    raise FenceError(f"a unit test may not start a program ({argv}); take a FakeShell, or mark it `docker`")


def _fenced(original: Any) -> Any:
    def call(self: socket.socket, *args: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _loopback(args[-1]):
            raise FenceError(f"a unit test may not reach {args[-1]}; loopback is all there is")
        if self.family == getattr(socket, "AF_UNIX", None) and "docker" in str(args[-1]):
            raise FenceError("a unit test may not talk to the container engine; take FakeContainers")
        return original(self, *args)

    return call


def _loopback(address: Any) -> bool:
    host = address[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _fence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess.Popen, "__init__", _refuse_program)
    monkeypatch.setattr(subprocess.Popen, "__del__", lambda _: None)
    monkeypatch.setattr(socket.socket, "connect", _fenced(_connect))
    monkeypatch.setattr(socket.socket, "connect_ex", _fenced(_connect_ex))
    monkeypatch.setattr(socket.socket, "sendto", _fenced(_sendto))
