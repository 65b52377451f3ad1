"""Text that somebody inside chose, made fit for one line of a terminal."""

from __future__ import annotations

import re

HIDDEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What a terminal obeys instead of showing (C0, DEL, C1), what turns the direction of writing or breaks the
line, what takes no room, and halves of characters."""


def visible(text: str) -> str:
    """Return *text* with each of them spelt as Python spells it; a backslash stays one."""
    return HIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
