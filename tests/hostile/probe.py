"""One probe of the table, and what may be claimed of it."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LEFT_ALONE = "203.0.113.80"
"""Another may have it in earnest: `scenarios/seal.yaml` gives it to a Service."""


class Claim(enum.StrEnum):
    """That nothing leaves and that the host hears nothing is claimed of every probe."""

    REFUSED = "it is refused at once"
    LISTED = "the ledger has it under the right name"
    SPOOFED = "the ledger has it as spoofed"
    NOBODY_ELSE = "nobody else is blamed"
    SEEN_OR_SAID = "the ledger has it, or the fidelity list says that it cannot"


@dataclass(frozen=True, slots=True)
class Probe:
    """*own* are the outside addresses that nobody else's packets have. *what* is the ledger's, where it is known."""

    number: int
    kind: str
    name: str
    place: str
    plan: Mapping[str, Any]
    claims: frozenset[Claim]
    own: frozenset[str]
    what: str = ""
    word: str = ""
    """What the fidelity list has to mention where the ledger cannot have it."""


@dataclass(slots=True)
class Numbers:
    """Gives every probe its number, port and addresses."""

    number: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    target: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    source: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    group: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def outside(self, *, six: bool = False) -> str:
        return f"2001:db8:0:1::{next(self.target):x}" if six else f"198.51.100.{next(self.target)}"

    def forged(self, *, six: bool = False) -> str:
        number = next(self.source)
        if f"203.0.113.{number}" == LEFT_ALONE:
            number = next(self.source)
        return f"2001:db8:0:2::{number:x}" if six else f"203.0.113.{number}"
