"""From what `helm status --show-resources` prints to what Helm 2 printed after an installation. Pure."""

from __future__ import annotations

import re

_GONE = re.compile(r"^(REVISION|TEST SUITE|DESCRIPTION): .*\n", re.MULTILINE)
_HEAD = re.compile(r"\A(?:[A-Z ]+: .*\n)+")


def as_helm2(status: str) -> str:
    """Return *status* with Helm 2's heading; its resources and notes have kept their form."""
    said, notes, written = status.partition("\nNOTES:\n")
    told = _GONE.sub("", f"{said}\n")
    found = _HEAD.match(told)
    if found is None:
        return status
    heading = re.sub(r"^NAME: ", "NAME:   ", found[0], flags=re.MULTILINE)
    heading = re.sub(r"^STATUS: .*$", lambda line: line[0].upper(), heading, flags=re.MULTILINE)
    resources = told[found.end() :].strip("\n")
    parts = [heading, f"{resources}\n" if resources else "", f"{notes[1:]}{written}"]
    return "\n".join(part for part in parts if part)
