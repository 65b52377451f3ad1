"""Zone files (RFC 1035, section 5) read whole: every problem at once, each with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dnslib import QTYPE, RD

from . import checks, names, rdata
from .names import Name
from .tokens import Entry, Problem, Token, TokenError, entries
from .zone import RRset, Zone, nodes_of

Include = Callable[[str], tuple[str, str]]
"""Turns the name in `$INCLUDE name` into the file's own name and its text. Raises OSError or ValueError."""

INCLUDE_DEPTH = 8
_CLASSES = frozenset({"IN", "CH", "HS", "CS"})
_TYPES = {QTYPE[number]: number for number in rdata.READERS}


def read_zone(text: str, *, origin: str, source: str, include: Include | None = None) -> Zone:
    """Read the zone *origin* from *text*. Never raises: what is wrong stands in `.problems`.

    Without *include* a `$INCLUDE` is a problem, so that the function is pure by default.
    """
    try:
        apex = names.lower(names.parse(origin))
    except ValueError as error:
        return Zone((), source, {}, frozenset({()}), (Problem(source, 1, f"zone name: {error}"),))
    reader = _Reader(apex, include)
    reader.read(text, source, apex, ())
    reader.problems += checks.problems(apex, reader.records, source, reader.lines)
    return Zone(
        apex,
        source,
        reader.records,
        nodes_of(apex, reader.records),
        tuple(reader.problems),
        tuple(reader.warnings + checks.warnings(reader.records, reader.lines)),
    )


def reason(error: OSError | ValueError) -> str:
    """Return why a file could not be read, without its name."""
    return str((error.strerror if isinstance(error, OSError) else None) or error)


class _Reader:
    """What is known while a zone and its included files are read from top to bottom."""

    def __init__(self, apex: Name, include: Include | None) -> None:
        self.apex = apex
        self.include = include
        self.records: dict[Name, dict[int, RRset]] = {}
        self.lines: checks.Lines = {}
        self.seen: set[tuple[Name, int, bytes]] = set()
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.default_ttl: int | None = None
        self.last_ttl: int | None = None
        self.source = ""
        self.origin: Name = apex
        self.owner: Name | None = None

    def read(self, text: str, source: str, origin: Name, above: tuple[str, ...]) -> None:
        """Read one file. Its $ORIGIN and last owner end with it (RFC 1035)."""
        kept = self.source, self.origin, self.owner
        self.source, self.origin, self.owner = source, origin, None if not above else self.owner
        for entry in entries(text):
            if isinstance(entry, TokenError):
                self._problem(entry.line, str(entry))
                continue
            first = entry.tokens[0]
            try:
                if first.text.startswith("$") and not first.quoted:
                    self._directive(first, entry.tokens[1:], above)
                else:
                    self._record(entry)
            except ValueError as error:
                self._problem(first.line, str(error))
        self.source, self.origin, self.owner = kept

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.source, line, message))

    def _warning(self, line: int, message: str) -> None:
        self.warnings.append(Problem(self.source, line, message))

    def _directive(self, first: Token, words: Sequence[Token], above: tuple[str, ...]) -> None:
        match first.text.upper(), len(words):
            case "$TTL", 1:
                self.default_ttl = rdata.ttl(words[0].text)
            case "$ORIGIN", 1:
                self.origin = names.parse(words[0].text, self.origin)
            case "$INCLUDE", 1:
                self._included(words[0].text, self.origin, above)
            case "$INCLUDE", 2:
                self._included(words[0].text, names.parse(words[1].text, self.origin), above)
            case ("$TTL" | "$ORIGIN" | "$INCLUDE") as name, count:
                raise ValueError(f"{name} with {count} words; write one behind it")
            case _:
                raise ValueError(f"'{first.text}' is not known here; write the records out")

    def _included(self, wanted: str, origin: Name, above: tuple[str, ...]) -> None:
        if self.include is None:
            raise ValueError(f"$INCLUDE {wanted}: files are not read here; put its records in this file")
        try:
            source, text = self.include(wanted)
        except (OSError, ValueError) as error:
            raise ValueError(f"$INCLUDE {wanted}: {reason(error)}") from None
        chain = (*above, self.source)
        if source in chain:
            raise ValueError(
                f"$INCLUDE {wanted}: that file is being read already ({' > '.join(chain)}); remove it"
            )
        if len(chain) > INCLUDE_DEPTH:
            raise ValueError(f"$INCLUDE {wanted}: more than {INCLUDE_DEPTH} files deep")
        self.read(text, source, origin, chain)

    def _record(self, entry: Entry) -> None:
        words = list(entry.tokens)
        first = words[0]
        if not entry.indented:
            self.owner = None  # a bad owner must not hand its records to the one before
            self.owner = names.parse(words.pop(0).text, self.origin)
        elif self.owner is None:
            raise ValueError(f"'{first.text}' has no owner before it; begin the line with a name or @")
        owner = names.lower(self.owner)
        ttl, rtype, values = self._head(words, first)
        data = rdata.read(rtype, values, self.origin)
        if owner[len(owner) - len(self.apex) :] != self.apex or len(owner) < len(self.apex):
            self._warning(first.line, f"{names.spell(owner)} is outside of the zone; the record is left out")
            return
        if not entry.indented:
            self.warnings += checks.spelling(self.source, first, self.origin, self.apex)
        self.warnings += checks.target_spelling(self.source, rtype, values[-1], self.origin, self.apex)
        self._add(first.line, owner, rtype, self._ttl(ttl, rtype, data), data)

    def _head(self, words: list[Token], first: Token) -> tuple[int | None, int, list[Token]]:
        """Take `[ttl] [class] type`, the first two in either order, off the front of *words*."""
        ttl = None
        seen_class = False
        while words:
            word = words.pop(0)
            upper = word.text.upper()
            if upper in _TYPES and not word.quoted:
                return ttl, _TYPES[upper], words
            if upper in _CLASSES and not seen_class:
                if upper != "IN":
                    raise ValueError(f"class {upper}; only IN is served, remove the record")
                seen_class = True
            elif ttl is None and rdata.is_ttl(word.text):
                ttl = rdata.ttl(word.text)
            else:
                raise ValueError(
                    f"'{word.text}' stands where a record type should; known are {', '.join(_TYPES)}"
                )
        raise ValueError(f"'{first.text}' ends without a record type; write one of {', '.join(_TYPES)}")

    def _ttl(self, written: int | None, rtype: int, data: RD) -> int:
        if written is not None:
            self.last_ttl = written
        for known in (written, self.default_ttl, self.last_ttl):
            if known is not None:
                return known
        if rtype == QTYPE.SOA:
            self.last_ttl = int(data.times[4])
            return self.last_ttl
        raise ValueError("no TTL is known here; put `$TTL 604800` at the top of the file")

    def _add(self, line: int, owner: Name, rtype: int, ttl: int, data: RD) -> None:
        at_owner = self.records.setdefault(owner, {})
        before = at_owner.get(rtype)
        self.lines.setdefault((owner, rtype), []).append((self.source, line))
        key = owner, rtype, rdata.packed(data)
        known = key in self.seen
        self.seen.add(key)
        if before is None:
            at_owner[rtype] = RRset(owner, rtype, ttl, (data,))
            return
        what = f"{names.spell(owner)} {QTYPE[rtype]}"
        if known:
            self._warning(line, f"{what} stands here a second time; remove one")
            return
        if ttl != before.ttl:
            self._warning(line, f"{what} has TTL {ttl}, and {before.ttl} above; the lower is used, write one")
        at_owner[rtype] = RRset(owner, rtype, min(ttl, before.ttl), (*before.data, data))
