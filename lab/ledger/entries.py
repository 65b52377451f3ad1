"""Wants, and the entries that they add up to. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol


class Kind(enum.StrEnum):
    """What was wanted; the order is the ledger's."""

    NAME = "name"
    URL = "url"
    ADDRESS = "address"


class Fate(enum.StrEnum):
    """How it ended."""

    REFUSED = "refused"
    LEAKED = "leaked"
    """It left its namespace for a place outside, and only the wall stopped it."""
    SPOOFED = "spoofed"
    """Its source cannot be there: dropped without an answer."""
    STRAY = "stray"
    """It was for an address of the lab that nobody has."""


@dataclass(frozen=True, slots=True)
class Want:
    """One line of a part's log: somebody at *address* wanted *what* and did not get it."""

    at: datetime
    address: str
    what: str
    kind: Kind
    detail: str = ""
    """A name's query type; the hook that refused an address; a URL's method."""
    count: int = 1
    place: str = ""
    """The namespace in which it was counted: the only trace where the address is the loopback's."""
    since: datetime | None = None
    """It was wanted between then and *at*; None: at that very time."""
    via: str = ""
    """Who brought the question to the DNS; *address* is whom that one named."""
    link: str = ""
    """Where it came in, where that was noted: each pod and each container has a link of its own."""
    own: bool = False
    """The namespace itself sent it, from whichever of its addresses."""
    sender: str = ""
    """The container behind *link*, where it is the wall's."""
    fate: Fate = Fate.REFUSED

    @property
    def leaked(self) -> bool:
        return self.fate is Fate.LEAKED

    @property
    def spoofed(self) -> bool:
        return self.fate is Fate.SPOOFED


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: everything that the same one wanted of the same thing."""

    who: str
    """`pod default/name`, `node localnode-2`, `workstation`, `site`, else an address."""
    what: str
    """A name, a URL, `198.51.100.7:443/tcp`."""
    kind: Kind
    details: tuple[str, ...]
    count: int
    first: datetime
    last: datetime
    infrastructure: bool = False
    """The lab's own doing (docs/decisions/022): kept, told apart."""
    leaked: bool = False
    """It left its namespace for a place outside, and only the wall stopped it."""
    fate: Fate = Fate.REFUSED
    acknowledged: bool = False
    """A leak that somebody has acknowledged (`lab egress --acknowledge`)."""
    step: str = ""
    """`scenario: step`, the one under way; empty where none was."""

    @property
    def note(self) -> str:
        """What tells a bare name apart: a slip, or a Service that has gone, and no host of the outside."""
        bare = self.kind is Kind.NAME and "." not in self.what
        return "bare name: no search domain has it" if bare else ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What the ledger does not have. *what* ends a sentence that begins with the number."""

    since: datetime
    count: int
    what: str = "counted, not listed"


@dataclass(frozen=True, slots=True)
class Ledger:
    """Sorted: leaks, then names by query type, then URLs, then addresses."""

    entries: tuple[Entry, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def leaks(self) -> tuple[Entry, ...]:
        """The leaks that nobody has acknowledged."""
        return tuple(entry for entry in self.entries if entry.leaked and not entry.acknowledged)

    @property
    def wanted(self) -> tuple[Entry, ...]:
        """Everything but the lab's own doing."""
        return tuple(entry for entry in self.entries if not entry.infrastructure)


class Naming(Protocol):
    """Who an address was at a time, and what counts as the lab's own doing."""

    def who(self, want: Want) -> str: ...

    def infrastructure(self, want: Want, who: str) -> bool: ...


def add_up(
    wants: Iterable[Want],
    naming: Naming,
    step_at: Callable[[datetime], str] = lambda _: "",
    *,
    acknowledged: datetime | None = None,
    gaps: Iterable[Gap] = (),
) -> Ledger:
    """Return one entry for each who, what, kind and step; a leak has an entry of its own.

    Leaks until *acknowledged* are marked so.
    """
    found = []
    for want in wants:
        who = naming.who(want)
        found.append(
            Entry(
                who,
                want.what,
                want.kind,
                (want.detail,) if want.detail else (),
                want.count,
                want.at,
                want.at,
                infrastructure=naming.infrastructure(want, who),
                leaked=want.leaked,
                fate=want.fate,
                acknowledged=want.leaked and acknowledged is not None and want.at <= acknowledged,
                step=step_at(want.at),
            )
        )
    return _joined(found, gaps)


def merge(*ledgers: Ledger) -> Ledger:
    """Return the union: one run never meets everything (traps.md 11)."""
    return _joined(
        (entry for ledger in ledgers for entry in ledger.entries),
        (gap for ledger in ledgers for gap in ledger.gaps),
    )


def _joined(entries: Iterable[Entry], gaps: Iterable[Gap]) -> Ledger:
    joined: dict[tuple[object, ...], Entry] = {}
    for entry in entries:
        key = (
            entry.who,
            entry.what,
            entry.kind,
            entry.infrastructure,
            entry.fate,
            entry.acknowledged,
            entry.step,
        )
        known = joined.get(key)
        if known is None:
            joined[key] = entry
            continue
        joined[key] = replace(
            known,
            details=tuple(sorted({*known.details, *entry.details})),
            count=known.count + entry.count,
            first=min(known.first, entry.first),
            last=max(known.last, entry.last),
        )
    return Ledger(tuple(sorted(joined.values(), key=_rank)), _summed(gaps))


def _summed(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """One gap of each kind: since the first, all together."""
    kinds: dict[str, Gap] = {}
    for gap in gaps:
        known = kinds.get(gap.what, Gap(gap.since, 0, gap.what))
        kinds[gap.what] = Gap(min(known.since, gap.since), known.count + gap.count, gap.what)
    return tuple(kinds.values())


def _rank(entry: Entry) -> tuple[object, ...]:
    kinds = list(Kind)
    return (
        not entry.leaked,
        entry.infrastructure,
        kinds.index(entry.kind),
        entry.details if entry.kind is Kind.NAME else (),
        entry.what,
        entry.who,
        entry.step,
    )
