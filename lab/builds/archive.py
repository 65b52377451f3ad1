"""Reading a `docker load` archive, plain, gzip, bzip2 or xz, once and from front to back."""

from __future__ import annotations

import lzma
import posixpath
import re
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from lab.errors import LabError

WANTED = re.compile(
    r"blobs/sha256/[0-9a-f]{64}|index\.json|oci-layout|manifest\.json|[^/]+\.json|[^/]+/(layer\.tar|json)|[^/]+\.tar(\.gz)?"
)
CHUNK = 1 << 20


def unpack(archive: Path, folder: Path) -> Mapping[str, Path]:
    """Write the archive's files into *folder*, under names of our own; return the archive's name of each.

    Links (old `docker save` writes equal layers once) are followed within the archive and never on the disk.
    """
    files: dict[str, Path] = {}
    links: dict[str, str] = {}
    try:
        with archive.open("rb") as stream, tarfile.open(fileobj=stream, mode="r|*", bufsize=CHUNK) as tar:
            for member in tar:
                name = posixpath.normpath(member.name)
                if not WANTED.fullmatch(name):
                    continue
                if member.issym():
                    links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
                elif member.islnk():
                    links[name] = posixpath.normpath(member.linkname)
                elif member.isfile():
                    files[name] = _write(tar, member, folder / f"{len(files)}")
    except (EOFError, tarfile.ReadError, lzma.LZMAError, zlib.error) as error:
        raise _unreadable(archive, error, begun=bool(files)) from error
    except OSError as error:
        raise LabError(f"{archive}: {error.strerror or error}") from error
    for name, target_name in links.items():
        if target_name in files:
            files[name] = files[target_name]
    return files


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
