"""A compressed file as one plain stream, whichever program wrote it.

pbzip2, bgzip and `cat one.gz other.gz` write several compressed streams into one file; Docker, containerd and
skopeo read them as one, and so does this.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from typing import IO, BinaryIO, cast

import zstandard

LARGEST_WINDOW = 1 << 31
"""What `zstd --long=31` writes. Only as much memory is taken as the file asks for."""
SKIPPABLE = b"\x2a\x4d\x18"
"""A zstd file may begin with a frame that is no data: one of sixteen first bytes, then these."""
BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zstandard.ZstdError)


class Damaged(Exception):
    """The compressed data is not whole, or is not what it began as."""


class Plain(io.RawIOBase):
    """Reads *source* and says in one way, Damaged, what is wrong with it."""

    def __init__(self, source: IO[bytes], kind: str) -> None:
        self.source, self.kind = source, kind

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self.source.read(size)
        except BROKEN as error:
            raise Damaged(f"{self.kind}: {error}") from error
        except OSError as error:
            if error.errno is None:  # bz2's way to say that data is wrong
                raise Damaged(f"{self.kind}: {error}") from error
            raise


def plain(file: BinaryIO) -> Plain:
    """Return *file*, open at its beginning, without its compression; a plain file as it is."""
    start = file.read(6)
    file.seek(0)
    for sign, kind, opened in KINDS:
        if start.startswith(sign) or (kind == "zstd" and start[1:4] == SKIPPABLE and start[0] & 0xF0 == 0x50):
            return Plain(opened(file), kind)
    return Plain(file, "")


def _gzip(file: BinaryIO) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))


def _zstd(file: BinaryIO) -> IO[bytes]:
    opened = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW)
    return cast("IO[bytes]", opened.stream_reader(file, read_across_frames=True))


KINDS: tuple[tuple[bytes, str, Callable[[BinaryIO], IO[bytes]]], ...] = (
    (b"\x1f\x8b", "gzip", _gzip),
    (b"BZh", "bzip2", lambda file: cast("IO[bytes]", bz2.BZ2File(file))),
    (b"\xfd7zXZ\x00", "xz", lambda file: cast("IO[bytes]", lzma.LZMAFile(file))),  # noqa: SIM115 - its caller reads it
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)
