"""What can go wrong. The user sees one line, `ERROR <message>`, and exit code 1, as with the original."""

from __future__ import annotations


class KsError(Exception):
    """The command could not be done; the message is for the user."""


class ConflictError(KsError):
    """Somebody else changed the object between our reading and our writing of it."""
