"""One line of the examination, and what may be done about it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class State(enum.StrEnum):
    OK = "ok"
    WARN = "warn"
    """The lab works without it, or works less well."""
    MISSING = "missing"
    """The lab cannot work."""


@dataclass(frozen=True, slots=True)
class Install:
    """Have Debian packages, of which the first must reach upstream version *at_least*."""

    packages: tuple[str, ...]
    at_least: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class SetSysctl:
    """Raise a kernel setting until the next boot."""

    key: str
    value: int


@dataclass(frozen=True, slots=True)
class StartEngine:
    """Start an installed engine that does not run."""


Remedy = Install | SetSysctl | StartEngine


@dataclass(frozen=True, slots=True)
class Check:
    """*mend* is for a person to read; *remedy*, if there is one, is what `lab doctor --fix` may do."""

    what: str
    found: str
    needed: str
    state: State
    mend: str = ""
    remedy: Remedy | None = None


def sound(checks: Iterable[Check]) -> bool:
    """Tell whether a lab can come up here."""
    return all(check.state is not State.MISSING for check in checks)
