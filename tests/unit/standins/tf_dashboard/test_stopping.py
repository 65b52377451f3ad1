"""The kubelet's SIGTERM ends the server at once, instead of after the thirty seconds of its patience."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from types import SimpleNamespace

import pytest

from tf_dashboard import __main__ as program


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(monkeypatch, number):
    said = []

    def listening(text, port):
        said.append(text % port)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(program, "open_session", lambda *_: SimpleNamespace(session=AsyncExitStack()))
    monkeypatch.setattr(program, "PORT", 0)
    monkeypatch.setattr(program, "log", SimpleNamespace(info=listening))

    asyncio.run(asyncio.wait_for(program.serve(), timeout=10))

    assert len(said) == 1
