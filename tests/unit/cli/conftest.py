"""The command line, called as from a shell, with the doors faked where the real ones would be made."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lab.cli import main, wiring
from tests.fakes import FakeContainers, FakeShell, fake_host


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("LAB_NAME", raising=False)
    monkeypatch.delenv("LAB_CONFIG", raising=False)


@pytest.fixture
def containers():
    return FakeContainers()


@pytest.fixture
def shell():
    return FakeShell()


@pytest.fixture
def host(monkeypatch, containers, shell):
    made = fake_host(containers=containers, shell=shell)
    monkeypatch.setattr(wiring, "real_host", lambda: made)
    return made


@pytest.fixture
def lab(host, capsys):
    def call(*argv):
        with pytest.raises(SystemExit) as ended:
            main(argv)
        said = capsys.readouterr()
        code = ended.value.code
        return Ended(0 if code is None else int(code), said.out, said.err)

    return call
