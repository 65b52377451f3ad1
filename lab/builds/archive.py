"""Reading an image archive, plain or compressed, once and from front to back.

Nothing of it is written under a name of its own, so that no path in it can lead anywhere.
"""

from __future__ import annotations

import errno
import hashlib
import posixpath
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from lab.builds.layout import shown
from lab.builds.streams import Damaged, plain
from lab.errors import LabError

CHUNK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT)
LARGEST_HEADER = 1 << 20
"""Of a tar header's long names and records. Go's reader has the same bound."""
LONG = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
MOST_FILES = 100_000
SPARED = 1 << 30
"""Bytes of the disk, but not more than a twentieth of it, that an archive does not get."""
MOST_LINKS = 16
READABLE = "tar, or tar with gzip, bzip2, xz or zstd"


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an unpacked archive, by their name in it and, where known, by their content's digest."""

    named: Mapping[str, Path]
    hashed: Mapping[str, Path] = field(default_factory=dict)

    def find(self, digest: str) -> tuple[Path | None, str | None]:
        """Return the file of that content, and its digest if that is known for sure."""
        file = self.hashed.get(digest)
        if file is not None:
            return (file if file.is_file() else None), digest
        file = self.named.get(f"blobs/{digest.replace(':', '/')}")
        return (file if file is not None and file.is_file() else None), None


class Header(tarfile.TarInfo):
    """A member whose long name or records are not read into memory when they are no such thing."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.size > LARGEST_HEADER and found.type in LONG:
            raise Damaged(f"a tar header of {found.size} bytes")
        return found


def unpack(archive: Path, folder: Path) -> Files:
    """Write the archive's files into *folder*, under names of our own.

    Links (old `docker save` writes equal layers once) are followed within the archive and never on the disk.
    Of two files of one name the later one counts, as for tar itself.
    """
    named: dict[str, Path] = {}
    hashed: dict[str, Path] = {}
    links: dict[str, str] = {}
    with members(archive) as (tar, found):
        for number, member in enumerate(found):
            if number >= MOST_FILES:
                raise LabError(f"{archive}: holds more than {MOST_FILES} files; that is no image archive")
            name = posixpath.normpath(member.name)
            if member.issym():
                links[name] = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.linkname))
            elif member.islnk():
                links[name] = posixpath.normpath(member.linkname)
            elif member.isfile():
                _must_fit(archive, member, folder)
                file = folder / str(number)
                digest = _write(tar, member, file)
                links.pop(name, None)
                named[name] = hashed[digest] = file
    for name, linked in links.items():
        target = linked
        for _ in range(MOST_LINKS):
            target = links.get(target, target)
        if target in named:
            named[name] = named[target]
    return Files(_within(named), hashed)


def read_through(archive: Path) -> None:
    """Read the archive to its end. Raises LabError where it cannot be."""
    with members(archive) as (_, found):
        for _member in found:
            pass


@contextmanager
def members(archive: Path) -> Iterator[tuple[tarfile.TarFile, Iterator[tarfile.TarInfo]]]:
    """Yield the open archive and its members, front to back. What is wrong with the file is a LabError."""
    begun = packed = False

    def each(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
        nonlocal begun
        while (member := tar.next()) is not None:
            begun = True
            yield member
            tar.members.clear()  # type: ignore[attr-defined]  # else all are kept, for as long as it is read

    try:
        with archive.open("rb") as file:
            stream = plain(file)
            packed = bool(stream.kind)
            with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK, tarinfo=Header) as tar:
                yield tar, each(tar)
    except (EOFError, tarfile.ReadError, Damaged) as error:
        cut = packed and str(error) == "empty file"  # zstd ends without a word where its file does
        raise _unreadable(archive, error, begun=begun or cut) from error
    except FileNotFoundError as error:
        raise LabError(f"{archive}: no such file") from error
    except IsADirectoryError as error:
        raise LabError(
            f"{archive}: a folder, where an image archive is wanted;"
            f" `tar -cf FILE.tar -C {archive} .` makes one of an OCI layout"
        ) from error
    except OSError as error:
        if error.errno in FULL:  # that is where the parts are written to, which its owner names
            raise
        raise LabError(f"{archive}: {error.strerror or error}") from error


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, file: Path) -> str:
    """Write the member to *file* and return its digest."""
    source = tar.extractfile(member)
    assert source is not None  # it is a regular file
    digest, size = hashlib.sha256(), 0
    with file.open("wb") as target:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            size += target.write(chunk)
    if size != member.size:
        raise EOFError(member.name)
    return f"sha256:{digest.hexdigest()}"


def _must_fit(archive: Path, member: tarfile.TarInfo, folder: Path) -> None:
    """Refuse a file that would fill the disk: a few kilobytes can unpack to terabytes."""
    disk = shutil.disk_usage(folder)
    free = disk.free - min(SPARED, disk.total // 20)
    if member.size > free:
        raise LabError(
            f"{archive}: {shown(member.name)} has {member.size / 1e6:.0f} MB, and the disk of the image store"
            f" ({folder.parent.parent}) has {max(free, 0) / 1e6:.0f} MB for it"
        )


def _within(named: Mapping[str, Path]) -> Mapping[str, Path]:
    """Return the files as seen from the folder that holds the layout: a Zarf package has it in `images/`."""
    if named.keys() & {"index.json", "manifest.json"}:
        return named
    folders = [posixpath.dirname(name) for name in named if name.endswith("/oci-layout")]
    start = f"{folders[0]}/" if len(folders) == 1 else ""
    return {name.removeprefix(start): file for name, file in named.items() if name.startswith(start)}


def _unreadable(archive: Path, error: Exception, *, begun: bool) -> LabError:
    """Tell an archive that was cut off or damaged from a file that never was one."""
    if begun or isinstance(error, EOFError | Damaged):
        return LabError(f"{archive}: ends too early or is damaged; copy it again")
    return LabError(f"{archive}: is no image archive ({READABLE})")
