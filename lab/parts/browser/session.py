"""What one step leaves for the next: cookies, in a form that Playwright reads back, and where it stood."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    state: dict[str, Any] | None = None
    """As Playwright's `storage_state`: cookies and local storage."""
    url: str | None = None


def load(path: Path | None) -> Kept:
    """Return what a session left; nothing where it is new, or its file was torn."""
    if path is None or not path.is_file():
        return Kept()
    try:
        kept = json.loads(path.read_text())
        return Kept(kept["state"], kept["url"])
    except (ValueError, KeyError, TypeError):
        return Kept()


def save(path: Path, kept: Kept) -> None:
    """Keep it, and drop what runs before this one left: each has a folder of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"state": kept.state, "url": kept.url}))
    for other in path.parent.parent.iterdir():
        if other != path.parent and other.is_dir():
            shutil.rmtree(other, ignore_errors=True)
