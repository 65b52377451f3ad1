"""What tools said, made fit to be shown: no colours, no cursor movements, nothing that XML forbids."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_FORBIDDEN = re.compile(
    "[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    "|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""XML 1.0 (2.2 Char), less what terminals and browsers obey: C1 controls, directions of writing."""


def plain(text: str) -> str:
    """Return *text* without terminal codes; what else cannot be shown becomes U+FFFD."""
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else "" for line in plain(text).rstrip().splitlines())


def seconds(value: float) -> str:
    """Say a duration as people do: `0.4 s`, `75 s`, `12 min 5 s`."""
    if value < 10:
        return f"{value:.1f} s"
    if value < 600:
        return f"{value:.0f} s"
    return f"{value // 60:.0f} min {value % 60:.0f} s"
