"""Reading a `docker load` archive, plain, gzip, bzip2 or xz, once and from front to back."""

from __future__ import annotations

import errno
import lzma
import posixpath
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.errors import LabError

WANTED = re.compile(
    r"blobs/sha256/[0-9a-f]{64}|index\.json|oci-layout|manifest\.json|[^/]+\.json|[^/]+/(layer\.tar|json)|[^/]+\.tar(\.gz)?"
)
CHUNK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT)


def unpack(archive: Path, folder: Path) -> Mapping[str, Path]:
    """Write the archive's files into *folder*, under names of our own; return the archive's name of each.

    Links (old `docker save` writes equal layers once) are followed within the archive and never on the disk.
    """
    files: dict[str, Path] = {}
    links: dict[str, str] = {}
    with members(archive) as (tar, found):
        for member in found:
            name = posixpath.normpath(member.name)
            if not WANTED.fullmatch(name):
                continue
            if member.issym():
                links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
            elif member.islnk():
                links[name] = posixpath.normpath(member.linkname)
            elif member.isfile():
                files[name] = _write(tar, member, folder / f"{len(files)}")
    for name, target_name in links.items():
        if target_name in files:
            files[name] = files[target_name]
    return files


@contextmanager
def members(archive: Path) -> Iterator[tuple[tarfile.TarFile, Iterator[tarfile.TarInfo]]]:
    """Yield the open archive and its members, front to back. What is wrong with the file is a LabError."""
    begun = False

    def each(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        nonlocal begun
        for member in tar:
            begun = True
            yield member

    try:
        with archive.open("rb") as stream, tarfile.open(fileobj=stream, mode="r|*", bufsize=CHUNK) as tar:
            yield tar, each(tar)
    except (EOFError, tarfile.ReadError, lzma.LZMAError, zlib.error) as error:
        raise _unreadable(archive, error, begun=begun) from error
    except FileNotFoundError as error:
        raise LabError(f"{archive}: no such file") from error
    except IsADirectoryError as error:
        raise LabError(f"{archive}: a folder, where an image archive is wanted") from error
    except OSError as error:
        if error.errno in FULL:  # that is where the parts are written to, which its owner names
            raise
        raise LabError(f"{archive}: {error.strerror or error}") from error


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, file: Path) -> Path:
    source = tar.extractfile(member)
    assert source is not None  # it is a regular file
    with file.open("wb") as target:
        shutil.copyfileobj(source, target, CHUNK)
    if file.stat().st_size != member.size:
        raise EOFError(member.name)
    return file


def _unreadable(archive: Path, error: Exception, *, begun: bool) -> LabError:
    """Tell an archive that was cut off from a file that never was one."""
    if begun or isinstance(error, EOFError) or re.search(r"end.of.(data|stream|file)", str(error)):
        return LabError(f"{archive}: ends too early or is damaged; copy it again")
    return LabError(f"{archive}: is no image archive (tar, or tar with gzip, bzip2 or xz)")
