"""Which versions of a model there are: folders of the base path whose names are numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_number = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    folder: Path


class NoBasePath(Exception):
    """The base path cannot be read; the message says which and why."""


def newest(base: Path) -> Version | None:
    """Return the highest version under *base*; None where there is none. Raises NoBasePath."""
    try:
        names = [entry.name for entry in base.iterdir() if _number.fullmatch(entry.name) and entry.is_dir()]
    except FileNotFoundError as error:
        raise NoBasePath(f"Could not find base path {base}") from error
    except OSError as error:
        raise NoBasePath(f"Could not read base path {base}: {error.strerror}") from error
    found = [Version(int(name), base / name) for name in names]
    return max(found, key=lambda version: version.number, default=None)
