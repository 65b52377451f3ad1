"""The archive for the gap: what is in it, that another store reads the same from it, and when it is written anew."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from lab.builds import writing
from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.builds.reference import parse_reference
from lab.builds.store import gather, load_archive, open_store
from lab.errors import LabError
from lab.host.shell import Completed
from tests.fakes import FakeShell, completed
from tests.unit.builds.archives import CONFIG, LAYERS, oci, sha, write_tar

NAMES = ("gcr.io/me/it:1", "me/other:2")


def tar_and_xz(argv: tuple[str, ...]) -> Completed:
    """Do what the real programs do; the docker tests have those."""
    scratch, store, target = map(Path, argv[-3:])
    files = {name: scratch / name for name in ("oci-layout", "index.json", "manifest.json")}
    files |= {name: store / name for name in (scratch / "blobs").read_text().split()}
    if absent := [name for name, file in files.items() if not file.is_file()]:
        return completed(stderr=f"tar: {absent[0]}: Cannot stat", exit_code=2)
    write_tar(target, {name: file.read_bytes() for name, file in files.items()}, mode="w:xz")
    return completed()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with two images that share a layer."""
    cache = tmp_path / "cache"
    for name, files in (
        (NAMES[0], oci(name=NAMES[0])),
        (NAMES[1], oci(name="docker.io/" + NAMES[1], config=CONFIG + b" ", layers=LAYERS[:1])),
    ):
        loaded = load_archive(write_tar(tmp_path / "in.tar", files), cache=cache)
        assert len(loaded) == 1, name
    return cache


def write(cache: Path, *names: str, file: str = "a.tar.xz", said: list[str] | None = None) -> Path:
    heard: list[str] = [] if said is None else said
    return writing.write(names, file, FakeShell(tar_and_xz), cache=cache, say=heard.append)


def test_another_store_reads_the_same_images_from_it(cache: Path, tmp_path: Path) -> None:
    archive = write(cache, *NAMES)

    read = read_archive(Store(tmp_path / "other"), archive, architecture="amd64")

    there = gather(open_store(cache), FakeShell(tar_and_xz), NAMES, say=print)
    assert {name: stored.digest for name, stored in read.items()} == {
        str(reference): stored.digest for reference, stored in there.items()
    }
    assert list(read) == ["gcr.io/me/it:1", "docker.io/me/other:2"]


def test_docker_finds_its_own_list_and_every_blob_once(cache: Path) -> None:
    with tarfile.open(write(cache, *NAMES)) as tar:
        members = tar.getnames()
        listed = json.load(tar.extractfile("manifest.json") or pytest.fail("no manifest.json"))

    assert [one["RepoTags"] for one in listed] == [["gcr.io/me/it:1"], ["me/other:2"]]
    assert sorted(members) == sorted(set(members))
    assert members[:3] == ["oci-layout", "index.json", "manifest.json"]
    assert f"blobs/{sha(LAYERS[0]).replace(':', '/')}" in members
    assert {name for one in listed for name in (one["Config"], *one["Layers"])} <= set(members)


def test_it_is_written_once_for_its_content(cache: Path) -> None:
    said: list[str] = []
    first = write(cache, *NAMES, said=said)
    before = first.stat().st_mtime_ns

    assert write(cache, *NAMES, said=said) == first
    assert first.stat().st_mtime_ns == before
    assert len(said) == 1


def test_other_contents_take_the_place_of_the_older(cache: Path) -> None:
    older = write(cache, *NAMES)
    beside = write(cache, NAMES[0], file="b.tar.xz")

    newer = write(cache, NAMES[0])

    assert newer.is_file()
    assert not older.exists()
    assert beside.is_file(), "of another name"


def test_the_same_content_gives_the_same_bytes(cache: Path) -> None:
    first = write(cache, *NAMES)
    content = first.read_bytes()
    first.unlink()

    assert write(cache, *NAMES).read_bytes() == content


def test_a_part_that_the_store_lost_is_told_and_nothing_is_left(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "members", lambda _: ["blobs/sha256/" + "0" * 64])

    with pytest.raises(LabError, match=r"a\.tar\.xz cannot be written: "):
        write(cache, *NAMES)

    assert not list((cache / "archives").rglob("*.xz"))
    assert not list((cache / "archives").rglob("archive"))


@pytest.mark.parametrize(
    ("reference", "shown"),
    [("nginx", "nginx:latest"), ("docker.io/a/b:1", "a/b:1"), ("gcr.io/a/b:1", "gcr.io/a/b:1")],
)
def test_names_are_dockers_own(reference: str, shown: str) -> None:
    assert writing.familiar(parse_reference(reference)) == shown
