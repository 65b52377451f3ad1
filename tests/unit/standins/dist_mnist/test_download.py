from __future__ import annotations

import gzip
import struct
import urllib.error

import pytest

from pytorch_dist_mnist.download import ensure_dataset
from pytorch_dist_mnist.idx import Idx

SITE = "http://yann.lecun.com/exdb/mnist/"
FILES = {
    "train-images-idx3-ubyte.gz": struct.pack(">4I", 2051, 2, 1, 2) + b"abcd",
    "train-labels-idx1-ubyte.gz": struct.pack(">2I", 2049, 2) + b"\x01\x02",
    "t10k-images-idx3-ubyte.gz": struct.pack(">4I", 2051, 1, 1, 2) + b"ef",
    "t10k-labels-idx1-ubyte.gz": struct.pack(">2I", 2049, 1) + b"\x03",
}
LOG = "".join(f"Downloading {SITE}{name}\n" for name in FILES)


def fetch(url):
    return gzip.compress(FILES[url.removeprefix(SITE)])


class Saved(dict):
    def __call__(self, pictures, digits, file):
        file.touch()
        self[file.name] = (pictures, digits)


def test_four_files_in_order_become_two_sets(tmp_path, capsys):
    saved = Saved()

    ensure_dataset(tmp_path, fetch=fetch, save=saved)

    assert capsys.readouterr().out == f"{LOG}Processing...\nDone!\n"
    assert saved == {
        "training.pt": (Idx((2, 1, 2), b"abcd"), Idx((2,), b"\x01\x02")),
        "test.pt": (Idx((1, 1, 2), b"ef"), Idx((1,), b"\x03")),
    }


def test_the_folders_are_the_legacy_ones_and_archives_go(tmp_path):
    ensure_dataset(tmp_path, fetch=fetch, save=Saved())

    files = sorted(str(it.relative_to(tmp_path)) for it in tmp_path.rglob("*") if it.is_file())
    assert files == [
        "processed/test.pt",
        "processed/training.pt",
        *sorted(f"raw/{name.removesuffix('.gz')}" for name in FILES),
    ]


def test_a_set_that_stands_is_not_fetched_again(tmp_path, capsys):
    ensure_dataset(tmp_path, fetch=fetch, save=Saved())
    capsys.readouterr()

    ensure_dataset(tmp_path, fetch=pytest.fail, save=pytest.fail)

    assert capsys.readouterr().out == ""


def test_half_a_set_is_fetched_whole(tmp_path, capsys):
    ensure_dataset(tmp_path, fetch=fetch, save=Saved())
    (tmp_path / "processed/test.pt").unlink()
    capsys.readouterr()

    ensure_dataset(tmp_path, fetch=fetch, save=Saved())

    assert capsys.readouterr().out == f"{LOG}Processing...\nDone!\n"


def test_a_server_that_does_not_answer_ends_it_with_its_own_error(tmp_path, capsys):
    def unreachable(url):
        raise urllib.error.URLError(OSError(f"no way to {url}"))

    with pytest.raises(urllib.error.URLError, match="no way to"):
        ensure_dataset(tmp_path, fetch=unreachable, save=pytest.fail)
    assert capsys.readouterr().out == f"Downloading {SITE}train-images-idx3-ubyte.gz\n"


def test_a_page_instead_of_an_archive_ends_it(tmp_path):
    with pytest.raises(OSError, match="Not a gzipped file"):
        ensure_dataset(tmp_path, fetch=lambda _: b"<html>403</html>", save=pytest.fail)
