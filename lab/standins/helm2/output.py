"""From what `helm status --show-resources` prints to what Helm 2 printed after an installation. Pure."""

from __future__ import annotations

import re

_GONE = re.compile(r"^(REVISION|TEST SUITE|DESCRIPTION): .*\n", re.MULTILINE)
_HEAD = re.compile(r"\A(?:[A-Z ]+: .*\n)+")


def as_helm2(status: str) -> str:
    """Return *status* with Helm 2's heading; its resources and notes have kept their form."""
    found = _HEAD.match(_GONE.sub("", status))
    if found is None:
        return status
    heading = re.sub(r"^NAME: ", "NAME:   ", found[0], flags=re.MULTILINE)
    heading = re.sub(r"^STATUS: .*$", lambda line: line[0].upper(), heading, flags=re.MULTILINE)
    return heading + "\n" + _GONE.sub("", status)[found.end() :].strip("\n") + "\n"
