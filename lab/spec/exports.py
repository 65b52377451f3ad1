"""A user's /etc/exports, read as the NFS server will read it, before the lab has it."""

from __future__ import annotations

from lab.parts.exports.reading import read

EXPORTS_FILE = "/etc/exports"
VOLUME = "/var/lib/exported"
"""In the NFS container: where exported folders lie that have no volume of their own."""


def problems(text: str) -> list[str]:
    """Return what the server refuses, drops or cannot serve, as `LINE: what`."""
    return [f"{one.line}: {one.text}" for one in read(text.encode()).problems]


def warnings(text: str) -> list[str]:
    """Return what the server takes and is perhaps not meant so, as `LINE: what`."""
    return [f"{one.line}: {one.text}" for one in read(text.encode()).warnings]


def apply_command(text: str) -> list[str]:
    """Return the command by which the server goes by its file, and has the folders that *text* exports."""
    folders = sorted({entry.path for entry in read(text.encode()).entries})
    return ["python3", "-m", "lab.parts.exports", "apply", *(f"--folder={folder}" for folder in folders)]


CHECK_COMMAND = ("python3", "-m", "lab.parts.exports", "check")
"""Ends with 1 where something of the file is not in force, and says what."""
