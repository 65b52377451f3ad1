"""nfs-utils' own table of exports in the container: made by `exportfs`, and the folders that it names."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from .entries import Entry, place, root_of, unserved
from .reading import read

ETAB = Path("/var/lib/nfs/etab")
VOLUME = Path("/var/lib/exported")
"""A file system that can be exported; the container's own, an overlay, cannot."""
COPY = 'set -o pipefail; tar -C "$1" --one-file-system -cf - . | tar -C "$2" -xpf -'
"""What lies below in a mount of its own is there already."""
_HARMLESS = re.compile(
    r"^\s*$|Neither 'subtree_check' or|Assuming default behaviour|NOTE: this default has changed|"
    r"No options for|No host name given|No file systems exported|duplicated export entries:|^exportfs: \t"
)


def export() -> list[str]:
    """Have `exportfs` read `/etc/exports` anew. Return what it complains of."""
    ran = subprocess.run(["exportfs", "-ra"], capture_output=True, check=False)
    said = ran.stderr.decode("utf-8", "backslashreplace").splitlines()
    told = (line.removeprefix("exportfs: ") for line in said if not _HARMLESS.search(line))
    return list(dict.fromkeys(told))


def entries(etab: bytes) -> tuple[list[Entry], list[str]]:
    """Return what of the table can be served, with the folders in place, and why the rest is not."""
    served: list[Entry] = []
    problems: list[str] = []
    found = read(etab).entries
    root = root_of(found)
    for entry in found:
        problem = unserved(entry) or _unmounted(entry)
        if problem is None and place(entry.path, root) is None:
            problem = (
                f"{entry.path} lies outside {root}, the root of all exports (fsid=0): no client reaches it"
            )
        if problem is None:
            served.append(entry)
        else:
            problems.append(problem)
    unready = dict(_unready(sorted({entry.path for entry in served})))
    return [entry for entry in served if entry.path not in unready], [
        *dict.fromkeys(problems),
        *unready.values(),
    ]


def addresses(host: str) -> Sequence[str]:
    """Return the addresses of a host that `exportfs` could find a moment ago; none where it is gone."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError as error:
        print(f"{host}: {error}", file=sys.stderr, flush=True)
        return ()
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def make(folders: Iterable[str]) -> None:
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)


def _unmounted(entry: Entry) -> str | None:
    place = entry.options.mountpoint
    if place and not Path(place).is_mount():
        return f"{entry.path} is not exported, as {place} is not a mount point (mountpoint=)"
    return None


def on_own_system(folder: Path) -> bool:
    return folder.stat().st_dev == Path("/").stat().st_dev


def _unready(paths: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Put each folder on a file system that can be exported; yield those of which that cannot be had.

    A parent comes before its children, and all are copies of the same tree under VOLUME, so a folder shows
    its exported children however they came to be exported.
    """
    for path in paths:
        folder = Path(path)
        if not folder.is_dir():
            yield path, f"{path} is not a folder, so it cannot be mounted"
        elif on_own_system(folder):
            kept = VOLUME / path[1:]
            kept.mkdir(parents=True, exist_ok=True)
            copy = ["bash", "-c", COPY, "copy", path, str(kept)]
            for command in (copy, ["mount", "--bind", str(kept), path]):
                ran = subprocess.run(command, capture_output=True, text=True, check=False)
                if ran.returncode:
                    yield path, f"{path} cannot be put where it can be exported from: {ran.stderr.strip()}"
                    break
