"""What may be generated: jsonnet files of installed packages; opening comments say name and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from .errors import KsError

_tag = re.compile(r"^//\s*@(\w+)\s+(.*)$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing to be told; without *default* it must be."""

    name: str
    kind: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Prototype:
    name: str
    body: str
    short: str = ""
    parameters: tuple[Parameter, ...] = field(default_factory=tuple)


def installed(vendor: Path) -> tuple[Prototype, ...]:
    """Read every prototype below *vendor* (`<registry>/<package>/prototypes/*.jsonnet`)."""
    files = sorted(vendor.glob("*/*/prototypes/*.jsonnet"))
    return tuple(read(file.read_text(encoding="utf-8"), str(file)) for file in files)


def read(text: str, source: str) -> Prototype:
    """Take a prototype apart; *source* is for the message when it has no name."""
    name = short = ""
    parameters: list[Parameter] = []
    body: list[str] = []
    for line in text.splitlines():
        match = _tag.match(line)
        if match is None:
            if body or not line.startswith("//"):
                body.append(line)
            continue
        tag, rest = match.groups()
        if tag == "name":
            name = rest.strip()
        elif tag == "shortDescription":
            short = rest.strip()
        elif tag == "param":
            parameter, kind = _words(rest, 2, source)
            parameters.append(Parameter(parameter, kind, None))
        elif tag == "optionalParam":
            parameter, kind, default = _words(rest, 3, source)
            parameters.append(Parameter(parameter, kind, default))
    if not name:
        raise KsError(f"{source} is not a prototype: it has no @name")
    return Prototype(name, "\n".join(body).strip("\n") + "\n", short, tuple(parameters))


def _words(text: str, count: int, source: str) -> list[str]:
    words = text.split(None, count)
    if len(words) < count:
        raise KsError(f"{source}: too few words in the parameter line `{text}`")
    return words[:count]


def match(prototypes: tuple[Prototype, ...], query: str) -> Prototype:
    """Find the one prototype whose name is *query* or ends in it."""
    found = [p for p in prototypes if p.name == query] or [p for p in prototypes if p.name.endswith(query)]
    if not found:
        raise KsError(f"no prototype names matched '{query}'")
    if len(found) > 1:
        raise KsError(f"ambiguous match for '{query}': {', '.join(p.name for p in found)}")
    return found[0]
