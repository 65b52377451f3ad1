"""The folders below the export: made for a claim, renamed or removed when its volume is given up."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

log = logging.getLogger(__name__)

MODE = 0o777
"""A pod's user is anybody: 1000 in a notebook, and NFS has no fsGroup."""
ARCHIVED = "archived-"
TRUTHS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "FALSE", "false", "False"), False
)
"""What Go's strconv.ParseBool takes."""


class Unfit(Exception):
    """A volume or class that says nothing to act upon safely."""


def make(export: Path, name: str) -> None:
    """Have the folder, open to all, whatever the umask. Raises OSError."""
    folder = export / name
    folder.mkdir(exist_ok=True)
    folder.chmod(MODE)


def named(path: str, exported: str) -> str:
    """Return the folder's name of a volume at *path*. Raises Unfit unless it is right below *exported*."""
    found = PurePosixPath(path)
    if found.parent != PurePosixPath(exported) or found.name in {"", ".."}:
        raise Unfit(f"{path} is not a folder right below {exported}")
    return found.name


def to_be_archived(parameters: Mapping[str, str] | None) -> bool:
    """Say what the class's `archiveOnDelete` means; not given, it means yes. Raises Unfit."""
    text = (parameters or {}).get("archiveOnDelete")
    if text is None:
        return True
    if text not in TRUTHS:
        raise Unfit(f'strconv.ParseBool: parsing "{text}": invalid syntax')
    return TRUTHS[text]


def give_up(export: Path, name: str, *, archive: bool) -> None:
    """Rename the folder, or remove it with all that is in it; gone is no error. Raises OSError."""
    folder = export / name
    if not folder.is_dir():
        log.warning("path %s does not exist, deletion skipped", folder)
        return
    if archive:
        kept = export / f"{ARCHIVED}{name}"
        log.info("archiving path %s to %s", folder, kept)
        folder.rename(kept)
    else:
        log.info("removing path %s", folder)
        shutil.rmtree(folder)
