"""An archive is read whole or not at all: cuts, bombs and damage leave the store as it was."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import tarfile
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from lab.builds import archive as module
from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.errors import LabError
from tests.unit.builds.cases import AMD, BOTH, SECOND, SIGNATURE, hauled, inline
from tests.unit.builds.corpus import NAME, image, layout, saved, tarred

RANDOM = random.Random(7)  # noqa: S311 - the same bytes in each run
PACKERS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}
LARGE = layout((found := image("large", pack=lambda _: RANDOM.randbytes(200_000)), found.entry(NAME)))


def files(store: Store) -> list[Path]:
    return sorted(file for file in store.root.rglob("*") if file.is_file())


def read(store: Store, folder: Path, content: bytes):
    (folder / "a").write_bytes(content)
    return read_archive(store, folder / "a", architecture="amd64")


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("form", [LARGE, saved(NAME, layers=("one" * 9000, "two" * 9000))])
def test_a_cut_anywhere_leaves_the_store_as_it_was(tmp_path: Path, kind: str, form):
    store = Store(tmp_path / "oci")
    read(store, tmp_path, tarred(layout((SECOND, SECOND.entry(NAME)))))
    before = files(store)
    whole = PACKERS[kind](tarred(form).rstrip(b"\0"))

    for part in range(1, 40):
        with pytest.raises(
            LabError, match=r"/a: (ends too early|lacks a part|holds no image|is no image archive)"
        ):
            read(store, tmp_path, whole[: len(whole) * part // 40])
        assert files(store) == before
    assert list((store.root / "partial").iterdir()) == []


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_a_damaged_stream_is_told_from_a_file_that_is_no_archive(tmp_path: Path, kind: str):
    whole = bytearray(PACKERS[kind](tarred(LARGE)))
    whole[len(whole) // 2] ^= 0xFF

    with pytest.raises(LabError, match="damaged"):
        read(Store(tmp_path / "oci"), tmp_path, bytes(whole))
    with pytest.raises(LabError, match=r"is no image archive \(tar, or tar with gzip, bzip2, xz or zstd\)"):
        read(Store(tmp_path / "oci"), tmp_path, PACKERS[kind](b"no tar " * 500))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_header_that_unpacks_to_gigabytes_is_not_read_into_memory(tmp_path: Path, form: int):
    kind = tarfile.XHDTYPE if form == tarfile.PAX_FORMAT else tarfile.GNUTYPE_LONGNAME
    header = tarfile.TarInfo("name")
    header.type, header.size = kind, 64 << 20
    content = header.tobuf(form) + bytes(64 << 20)
    tracemalloc.start()

    with pytest.raises(LabError, match="damaged"):
        read(Store(tmp_path / "oci"), tmp_path, content)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < (16 << 20)


def test_more_files_than_an_archive_has_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_FILES", 50)

    with pytest.raises(LabError, match="holds more than 50 files; that is no image archive"):
        read(Store(tmp_path / "oci"), tmp_path, tarred({f"{number}": b"" for number in range(60)}))


def test_a_file_larger_than_the_disk_is_refused_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        module.shutil, "disk_usage", lambda _: SimpleNamespace(total=1 << 40, free=module.SPARED + (2 << 20))
    )
    sparse = tarfile.TarInfo("blobs/bomb")
    sparse.size = 1 << 40

    with pytest.raises(
        LabError, match=r"a: blobs/bomb has 1099512 MB, and the disk of the image store \(.*\) has 2 MB"
    ):
        read(Store(tmp_path / "oci"), tmp_path, sparse.tobuf() + bytes(4096))
    assert read(Store(tmp_path / "oci"), tmp_path, tarred(layout((AMD, AMD.entry(NAME)))))


@pytest.mark.parametrize("name", ["index.json", "manifest.json"])
def test_a_list_larger_than_any_reader_takes_is_refused(tmp_path: Path, name: str):
    with pytest.raises(LabError, match=rf"{name} has 22 MB, more than any reader takes"):
        read(Store(tmp_path / "oci"), tmp_path, tarred({name: b" " * (22 * 10**6)}))


def test_what_an_archive_says_is_no_command_to_the_terminal(tmp_path: Path):
    said: list[str] = []
    evil = "corpus.test/\x1b[2Jme\rit:1"
    content = tarred(layout((AMD, AMD.entry(NAME)), (SECOND, SECOND.entry(evil))))
    (tmp_path / "a").write_bytes(content)

    read_archive(Store(tmp_path / "oci"), tmp_path / "a", architecture="amd64", say=said.append)
    with pytest.raises(LabError) as refused:
        read(
            Store(tmp_path / "oci"),
            tmp_path,
            tarred(saved(NAME, layer_names=("\x1b[2J", "b")) | {"\x1b[2J": b""}),
        )
    named = saved(NAME)
    named["manifest.json"] = named["manifest.json"].replace(b"0/layer.tar", b"\\u001b[2J")
    with pytest.raises(LabError) as missing:
        read(Store(tmp_path / "oci"), tmp_path, tarred(named))

    assert r"\x1b[2Jme\rit:1" in said[0]
    for text in (*said, str(refused.value), str(missing.value)):
        assert text.isprintable()
    assert r"lacks a part, \x1b[2J;" in str(missing.value)


def test_a_sparse_file_is_its_whole_content(tmp_path: Path):
    """GNU tar leaves holes out; what it writes reads back with them."""
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.write(b"begin")
        file.truncate(1 << 20)
        file.seek(0, os.SEEK_END)
        file.write(b"end")
    header = tarfile.TarInfo("sparse")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, 512 * 2
    raw = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    entries = b"".join(f"{offset:011o}\0{size:011o}\0".encode() for offset, size in ((0, 512), (1 << 20, 3)))
    raw[386 : 386 + len(entries)] = entries
    raw[483:495] = f"{(1 << 20) + 3:011o}\0".encode()
    raw[148:156] = b" " * 8
    raw[148:156] = f"{sum(raw):06o}\0 ".encode()
    content = sparse.read_bytes()
    data = content[:512] + content[1 << 20 :].ljust(512, b"\0")
    (tmp_path / "a").write_bytes(bytes(raw) + data + bytes(1024))

    unpacked = module.unpack(tmp_path / "a", tmp_path)

    assert unpacked.named["sparse"].read_bytes() == content


def odd(value: object, chance: random.Random) -> object:
    """Return the JSON value with one thing in it changed, added or taken away."""
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        places = list(value) if isinstance(value, dict) else range(len(value))
        place, changed = chance.choice(list(places)), value.copy()
        if chance.random() < 0.2:
            del changed[place]
        else:
            changed[place] = odd(value[place], chance)
        return changed
    return chance.choice(
        [None, 0, -1, 1 << 70, "", "x", [], {}, [None], True, "sha256:short", "../../etc", "\x1b"]
    )


def test_whatever_stands_in_a_list_is_read_or_refused_and_a_refusal_leaves_nothing(tmp_path: Path):
    chance = random.Random(11)  # noqa: S311 - the same in each run
    forms = [layout((BOTH, BOTH.entry(NAME)), hauled("sigs", SIGNATURE)), layout(inline()), saved(NAME)]
    ends = set()
    for number in range(300):
        files_ = dict(chance.choice(forms))
        place = "index.json" if "index.json" in files_ else "manifest.json"
        files_[place] = json.dumps(odd(json.loads(files_[place]), chance)).encode()
        store = Store(tmp_path / str(number))
        try:
            ends.add(bool(read(store, tmp_path, tarred(files_))))
        except LabError:
            ends.add(False)
            assert files(store) == []
    assert ends == {True, False}


def test_of_two_files_of_one_name_the_later_counts(tmp_path: Path):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for content in (b"first", b"second"):
            info = tarfile.TarInfo("name")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    (tmp_path / "a").write_bytes(packed.getvalue())

    assert module.unpack(tmp_path / "a", tmp_path).named["name"].read_bytes() == b"second"


def test_a_layout_in_a_folder_of_the_archive_is_found(tmp_path: Path):
    """As in a Zarf package, which has it in `images/` beside its own files."""
    content = {f"images/{name}": part for name, part in layout((AMD, AMD.entry(NAME))).items()}

    images = read(
        Store(tmp_path / "oci"), tmp_path, zstandard.compress(tarred({"zarf.yaml": b"kind: x", **content}))
    )

    assert {name: image.digest for name, image in images.items()} == {NAME: AMD.digest}
