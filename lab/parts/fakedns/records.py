"""The records of a zone while they are read: sets, places, and TTLs by BIND's rules."""

from __future__ import annotations

from dataclasses import replace

from dnslib import QTYPE, RD

from . import names, rdata
from .checks import Lines
from .names import Name
from .tokens import Problem
from .zone import RRset


class Records:
    """Takes records in the order of the file."""

    def __init__(self) -> None:
        self.sets: dict[Name, dict[int, RRset]] = {}
        self.lines: Lines = {}
        self.warnings: list[Problem] = []
        self.advice: list[Problem] = []
        self.default_ttl: int | None = None
        self.last_ttl: int | None = None
        self._told_last_ttl = False
        self._seen: set[tuple[Name, int, bytes, Name]] = set()
        self._together: tuple[Name | None, set[int]] = (None, set())
        """The owner of the record before, as spelled, and the types it has had since its name came up."""

    def add(
        self, place: Problem, spelled: Name, rtype: int, written: int | None, data: RD, *, made: bool = False
    ) -> None:
        """Take one record. *place* says where it stands; *made*: a `$GENERATE` stands for it.

        Raises ValueError where no TTL is to be had.
        """
        ttl = self._ttl(place, written, rtype, data)
        owner = names.lower(spelled)
        at_owner = self.sets.setdefault(owner, {})
        if self._together[0] != spelled and not made:
            self._together = (spelled, set())
        together = rtype in self._together[1] and not made
        if not made:
            self._together[1].add(rtype)
        before = at_owner.get(rtype)
        what = f"{names.spell(owner)} {QTYPE[rtype]}"
        if before is not None:
            ttl = self._one_ttl(place, what, before.ttl, ttl, together=together)
        key = owner, rtype, *_alike(rtype, data)
        if before is not None and key in self._seen:
            self.advice.append(replace(place, message=f"{what} stands here a second time; remove one"))
            at_owner[rtype] = replace(before, ttl=ttl)
            return
        self._seen.add(key)
        self.lines.setdefault((owner, rtype), []).append((place.source, place.line))
        at_owner[rtype] = RRset(owner, rtype, ttl, (*(before.data if before else ()), data))

    def _one_ttl(self, place: Problem, what: str, before: int, ttl: int, *, together: bool) -> int:
        """Return the TTL of a set: the first of records that stand *together*, else the last."""
        if ttl == before:
            return ttl
        told = f"{what} has TTL {ttl}, and {before} above; "
        if together:
            self.warnings.append(replace(place, message=f"{told}the one above is used, write one"))
            return before
        self.advice.append(replace(place, message=f"{told}this one is used, write one"))
        return ttl

    def _ttl(self, place: Problem, written: int | None, rtype: int, data: RD) -> int:
        if written is not None:
            self.last_ttl = written
            return written
        if self.default_ttl is not None:
            return self.default_ttl
        if self.last_ttl is not None:
            if not self._told_last_ttl:
                told = f"no TTL here and no $TTL above; the last is used; write `$TTL {self.last_ttl}`"
                self.warnings.append(replace(place, message=told))
                self._told_last_ttl = True
            return self.last_ttl
        if rtype == QTYPE.SOA:
            self.default_ttl = min(int(data.times[4]), rdata.TTL_LIMIT)
            told = f"no $TTL above; the SOA's last number is used; write `$TTL {self.default_ttl}`"
            self.warnings.append(replace(place, message=told))
            return self.default_ttl
        raise ValueError("no TTL is known here; put `$TTL 604800` at the top of the file")


def _alike(rtype: int, data: RD) -> tuple[bytes, Name]:
    """Return what makes two records one: their data, in which letters of a name count alike."""
    whole = rdata.packed(data)
    if not rdata.points(rtype):
        return whole, ()
    target = rdata.target(rtype, data)
    return whole[: len(whole) - sum(len(label) + 1 for label in target) - 1], target
