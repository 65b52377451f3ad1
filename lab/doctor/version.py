"""Upstream versions, read from whatever a program or a package index prints."""

from __future__ import annotations

import re


def version(text: str) -> tuple[int, ...] | None:
    """Return the first dotted number in *text*: `kind v0.27.0 go1.24` is (0, 27, 0)."""
    found = re.search(r"\d+(?:\.\d+)+", text, re.ASCII)
    return tuple(int(part) for part in found.group().split(".")) if found else None


def of_package(text: str) -> tuple[int, ...] | None:
    """Return the upstream part of a Debian version: `5:26.1.5+dfsg1-9` is (26, 1, 5)."""
    found = re.match(r"(?:\d+:)?v?(\d+(?:\.\d+)*)", text, re.ASCII)
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def dotted(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))
