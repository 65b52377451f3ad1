"""Fetch the MNIST set as torchvision did in 2018: plain HTTP, no checksum, no retry, no mirror.

Every failure leaves as it came (HTTPError, URLError, `Not a gzipped file`): the original caught nothing, and
the reader of its log is to see the same words. The folders are the legacy ones, without `MNIST/`.
"""

from __future__ import annotations

import gzip
import urllib.request
from collections.abc import Callable
from pathlib import Path

from .idx import Idx, read_images, read_labels

SITE = "http://yann.lecun.com/exdb/mnist/"
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
TRAIN_FILE = "training.pt"
TEST_FILE = "test.pt"

Fetch = Callable[[str], bytes]
Save = Callable[[Idx, Idx, Path], None]


def ensure_dataset(root: Path, *, fetch: Fetch, save: Save) -> None:
    """Download and convert the set below *root*, unless both converted files stand there.

    What a broken attempt left in `raw` is not trusted. *save* writes pictures and labels in torch's format.
    """
    raw, processed = root / "raw", root / "processed"
    if (processed / TRAIN_FILE).exists() and (processed / TEST_FILE).exists():
        return
    raw.mkdir(parents=True, exist_ok=True)
    processed.mkdir(parents=True, exist_ok=True)
    for name in (*TRAIN, *TEST):
        _unpack(f"{SITE}{name}.gz", raw / f"{name}.gz", fetch)
    print("Processing...", flush=True)
    for (images, labels), file in ((TRAIN, TRAIN_FILE), (TEST, TEST_FILE)):
        pictures, answers = read_images((raw / images).read_bytes()), read_labels((raw / labels).read_bytes())
        save(pictures, answers, processed / file)
    print("Done!", flush=True)


def get(url: str) -> bytes:
    """GET with urllib's own User-Agent, as the original asks."""
    with urllib.request.urlopen(url) as answer:  # noqa: S310  the URLs are the constants above
        body: bytes = answer.read()
    return body


def _unpack(url: str, archive: Path, fetch: Fetch) -> None:
    print(f"Downloading {url}", flush=True)
    archive.write_bytes(fetch(url))
    archive.with_suffix("").write_bytes(gzip.decompress(archive.read_bytes()))
    archive.unlink()
