"""An archive reaches the workstation whole and once; one that is damaged does not start on its way."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest
import zstandard

from lab.errors import LabError
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.steps.carry import STANDS, carry
from tests.fakes import FakeContainers, FakeShell, completed, fake_host
from tests.unit.builds.corpus import saved, tarred

LAB = plan(LabConfig())


def xz_test(file):
    try:
        lzma.decompress(file.read_bytes())
    except lzma.LZMAError:
        return completed(stderr=f"xz: {file}: Unexpected end of input", exit_code=1)
    return completed()


class World:
    """A workstation that remembers the mark of what it was sent."""

    def __init__(self) -> None:
        self.there: tuple[str, ...] = ()
        self.sent: list[tuple[str, ...]] = []
        self.broken = False
        self.containers = FakeContainers(answer=self.answer)
        self.containers.ensure(LAB.workstation, LAB.network, LAB.labels)
        self.host = fake_host(shell=FakeShell(self.run), containers=self.containers)

    def answer(self, call):
        assert call.argv[:3] == ("bash", "-c", STANDS)
        return completed(exit_code=0 if call.argv[3:] == self.there else 1)

    def run(self, argv):
        if argv[0] == "xz":
            return xz_test(Path(argv[-1]))
        if self.broken:
            return completed(stderr="No space left on device", exit_code=1)
        name, mark, file = argv[-3:]
        self.there = (name, mark, str(Path(file).stat().st_size))
        self.sent.append(argv)
        return completed()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def archive(tmp_path):
    file = tmp_path / "any.tar.xz"
    file.write_bytes(lzma.compress(b"images" * 1000))
    return file


def test_it_is_sent_once(world, archive):
    carry(archive, "kubeflow.tar.xz", LAB, world.host, ours=False)
    carry(archive, "kubeflow.tar.xz", LAB, world.host, ours=False)

    assert len(world.sent) == 1
    assert "lab-workstation" in world.sent[0]
    assert world.there[0] == "kubeflow.tar.xz"


def test_another_content_is_sent_again(world, archive):
    carry(archive, "a.tar.xz", LAB, world.host, ours=False)
    archive.write_bytes(lzma.compress(b"others" * 2000))

    carry(archive, "a.tar.xz", LAB, world.host, ours=False)

    assert len(world.sent) == 2


def test_one_that_is_missing_is_named(world, tmp_path):
    with pytest.raises(
        LabError, match=r"gone\.tar\.xz: No such file or directory; it is to be a\.tar\.xz on"
    ):
        carry(tmp_path / "gone.tar.xz", "a.tar.xz", LAB, world.host, ours=False)


@pytest.mark.parametrize("kept", [100, -5])
def test_one_that_was_cut_off_is_refused(world, archive, kept):
    archive.write_bytes(archive.read_bytes()[:kept])

    with pytest.raises(LabError, match=r"any\.tar\.xz: ends too early or is damaged \(.*\); copy it again"):
        carry(archive, "a.tar.xz", LAB, world.host, ours=False)
    assert world.sent == []


@pytest.mark.parametrize("content", [b"\x1f\x8bno gzip", gzip.compress(b"no tar" * 200), b"text" * 200])
def test_another_kind_of_file_is_refused(world, archive, content):
    archive.write_bytes(content)

    with pytest.raises(
        LabError, match=r"is no image archive \(tar, or tar with|ends too early or is damaged"
    ):
        carry(archive, "a.tar.xz", LAB, world.host, ours=False)
    assert world.sent == []


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, zstandard.compress])
def test_what_docker_load_reads_is_carried_whatever_it_is_called(world, archive, pack):
    whole = pack(tarred(saved("me/it:1")))
    archive.write_bytes(whole[: len(whole) // 10])
    with pytest.raises(LabError, match="ends too early or is damaged"):
        carry(archive, "a.tar.xz", LAB, world.host, ours=False)
    assert world.sent == []

    archive.write_bytes(whole)
    carry(archive, "a.tar.xz", LAB, world.host, ours=False)
    assert len(world.sent) == 1


def test_a_full_disk_on_the_workstation_is_told(world, archive):
    world.broken = True

    with pytest.raises(LabError, match="could not be brought to the workstation: No space left"):
        carry(archive, "a.tar.xz", LAB, world.host, ours=False)


def test_the_labs_own_is_not_read_through_first(world, archive):
    archive.write_bytes(archive.read_bytes()[:100])

    carry(archive, "a.tar.xz", LAB, world.host, ours=True)

    assert len(world.sent) == 1
