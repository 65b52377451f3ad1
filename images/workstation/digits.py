# ruff: noqa: INP001  a build stage runs it as it is
"""Write real handwritten digits as the four files that MNIST consists of.

The source is the UCI digits set that scikit-learn ships: 1,797 digits of 8x8 points in 17 shades. Each is
enlarged to 20x20 and set in the middle of 28x28, as MNIST's own are; the training part is multiplied by
shifts of one point, the same at every run, so that there is something to train on. File format (magic 2051
and 2049, big-endian): the MNIST page's description of IDX.

    python3 digits.py DIGITS.CSV.GZ FOLDER...
"""

from __future__ import annotations

import gzip
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

SMALL, LARGE, SIDE, SHADES = 8, 20, 28, 16
MARGIN = (SIDE - LARGE) // 2
TRAIN = 1500
"""The rest, 297, are for testing. The set is sorted by writer, so those are other hands."""
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1))

Digit = tuple[int, Sequence[int]]


def read(archive: bytes) -> list[Digit]:
    """Read scikit-learn's table: 64 shades and the label in each row."""
    rows = gzip.decompress(archive).decode().split()
    numbers = ([int(float(cell)) for cell in row.split(",")] for row in rows)
    return [(row[-1], row[:-1]) for row in numbers]


def enlarge(points: Sequence[int]) -> bytes:
    """Return 28x28 points of 0 to 255 for 8x8 points of 0 to 16, by linear interpolation."""
    scale = (SMALL - 1) / (LARGE - 1)
    steps = [(min(int(at * scale), SMALL - 2), at * scale) for at in range(LARGE)]
    image = bytearray(SIDE * SIDE)
    for y, (top, fy) in enumerate(steps):
        down = fy - top
        for x, (left, fx) in enumerate(steps):
            right = fx - left
            upper = points[top * SMALL + left] * (1 - right) + points[top * SMALL + left + 1] * right
            lower = (
                points[(top + 1) * SMALL + left] * (1 - right) + points[(top + 1) * SMALL + left + 1] * right
            )
            shade = (upper * (1 - down) + lower * down) * 255 / SHADES
            image[(y + MARGIN) * SIDE + x + MARGIN] = min(255, round(shade))
    return bytes(image)


def shift(image: bytes, right: int, down: int) -> bytes:
    """Move a 28x28 *image* by whole points; its margin is empty, so nothing is lost by moving one."""
    by = down * SIDE + right
    return image[-by:] + image[:-by] if by else image


def images_file(images: Sequence[bytes]) -> bytes:
    return struct.pack(">4I", 2051, len(images), SIDE, SIDE) + b"".join(images)


def labels_file(labels: Sequence[int]) -> bytes:
    return struct.pack(">2I", 2049, len(labels)) + bytes(labels)


def make(digits: Sequence[Digit]) -> dict[str, bytes]:
    """Return the four files, packed, by name."""
    large = [(label, enlarge(points)) for label, points in digits]
    train = [(label, shift(image, *by)) for by in SHIFTS for label, image in large[:TRAIN]]
    parts = {"train": train, "t10k": large[TRAIN:]}
    files: dict[str, bytes] = {}
    for part, pairs in parts.items():
        files[f"{part}-images-idx3-ubyte.gz"] = packed(images_file([image for _, image in pairs]))
        files[f"{part}-labels-idx1-ubyte.gz"] = packed(labels_file([label for label, _ in pairs]))
    return files


def packed(content: bytes) -> bytes:
    """Compress without a time stamp: the same content gives the same file."""
    return gzip.compress(content, 9, mtime=0)


def main(source: str, folders: Iterable[str]) -> None:
    files = make(read(Path(source).read_bytes()))
    for folder in map(Path, folders):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
