"""The real tar and xz write an archive that is read back digest for digest, and say when it was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.builds import writing
from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.builds.store import load_archive, open_store
from lab.errors import LabError
from lab.host.shell import LocalShell
from lab.steps.carry import check
from tests.fakes import fake_host
from tests.unit.builds.archives import oci, write_tar

pytestmark = pytest.mark.docker
NAME = "gcr.io/me/it:1"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    cache = tmp_path / "cache"
    load_archive(write_tar(tmp_path / "in.tar", oci(name=NAME)), cache=cache)
    return writing.write([NAME], "a.tar.xz", LocalShell(), cache=cache, say=print)


def test_what_was_written_is_what_is_read(archive: Path, tmp_path: Path) -> None:
    read = read_archive(Store(tmp_path / "other"), archive, architecture="amd64")

    there = open_store(tmp_path / "cache").loaded(NAME)
    assert there is not None
    assert {name: stored.digest for name, stored in read.items()} == {NAME: there.digest}


def test_a_cut_is_seen(archive: Path, tmp_path: Path) -> None:
    host = fake_host(shell=LocalShell())
    check(archive, host)
    cut = tmp_path / "cut.tar.xz"
    cut.write_bytes(archive.read_bytes()[:-20])

    with pytest.raises(LabError, match="ends too early or is damaged"):
        check(cut, host)


def test_a_blob_that_is_gone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    load_archive(write_tar(tmp_path / "in.tar", oci(name=NAME)), cache=cache)
    monkeypatch.setattr(writing, "members", lambda _: ["blobs/sha256/gone"])

    with pytest.raises(LabError, match=r"a\.tar\.xz cannot be written: "):
        writing.write([NAME], "a.tar.xz", LocalShell(), cache=cache, say=print)
    assert not list(cache.rglob("*.xz"))
