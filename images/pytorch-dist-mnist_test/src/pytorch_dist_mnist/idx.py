"""The IDX files of the MNIST set: a big-endian header (magic, sizes), then one byte a value.

Counts come from the header, so a small set does as well as the real one.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

IMAGES_MAGIC = 2051
LABELS_MAGIC = 2049


@dataclass(frozen=True, slots=True)
class Idx:
    """An array of bytes: `shape` and, row by row, `values`."""

    shape: tuple[int, ...]
    values: bytes


def read_images(data: bytes) -> Idx:
    """Read pictures: shape (count, rows, columns). Raises AssertionError when *data* is something else."""
    return _read(data, IMAGES_MAGIC, dimensions=3)


def read_labels(data: bytes) -> Idx:
    """Read labels: shape (count,). Raises AssertionError when *data* is something else."""
    return _read(data, LABELS_MAGIC, dimensions=1)


def _read(data: bytes, magic: int, *, dimensions: int) -> Idx:
    header = struct.Struct(f">{1 + dimensions}I")
    if len(data) < header.size:
        raise AssertionError(f"an IDX header has {header.size} bytes, not {len(data)}")
    found, *shape = header.unpack_from(data)
    if found != magic:
        raise AssertionError(f"IDX magic is {found}, wanted {magic}")
    size = math.prod(shape)
    values = data[header.size : header.size + size]
    if len(values) != size:
        raise AssertionError(f"an IDX file of shape {tuple(shape)} holds {len(values)} values, wanted {size}")
    return Idx(tuple(shape), values)
