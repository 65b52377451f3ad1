"""Zone files (RFC 1035, section 5) read whole, as BIND reads a primary zone: every problem at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from dnslib import QTYPE

from . import advice, checks, generate, hostnames, names, rdata
from .head import read_head
from .names import Name
from .records import Records
from .tokens import Entry, Problem, Token, TokenError, entries
from .zone import Zone, nodes_of

Include = Callable[[str], tuple[str, str]]
"""Turns the name in `$INCLUDE name` into the file's own name and its text. Raises OSError or ValueError."""

INCLUDE_DEPTH = 8


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
    lines, records = reader.records.lines, reader.records.sets
    zone = Zone(apex, source, records, nodes_of(apex, records))
    reader.problems += checks.problems(zone, lines)
    warnings = [*reader.warnings, *reader.records.warnings]
    if not reader.problems:  # else what is missing may be what could not be read
        found, doubts = checks.integrity(zone, lines)
        reader.problems += found
        warnings += doubts
    return replace(
        zone,
        problems=tuple(reader.problems),
        warnings=tuple(warnings),
        advice=(*reader.advice, *reader.records.advice, *advice.loops(zone, lines)),
    )


def reason(error: OSError | ValueError) -> str:
    """Return why a file could not be read, without its name."""
    return str((error.strerror if isinstance(error, OSError) else None) or error)


class _Reader:
    """What is known while a zone and its included files are read from top to bottom."""

    def __init__(self, apex: Name, include: Include | None) -> None:
        self.apex = apex
        self.include = include
        self.records = Records()
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.advice: list[Problem] = []
        self.source = ""
        self.origin: Name = apex
        self.owner: Name | None = None

    def read(self, text: str, source: str, origin: Name, above: tuple[str, ...]) -> None:
        """Read one file. Its $ORIGIN and last owner end with it (RFC 1035)."""
        kept = self.source, self.origin, self.owner
        self.source, self.origin, self.owner = source, origin, None if not above else self.owner
        if text and not text.endswith("\n"):
            self._warn(
                text.count("\n") + 1, "the last line does not end; the file may be cut off, or add a newline"
            )
        if text.startswith("\ufeff"):
            self._problem(
                1, "a byte order mark, which BIND takes for a part of the first word; save the file without"
            )
            text = text[1:]
        for entry in entries(text):
            if isinstance(entry, TokenError):
                self._problem(entry.line, str(entry))
                continue
            first = entry.tokens[0]
            try:
                if first.text.startswith("$") and not first.quoted and not entry.indented:
                    self._directive(first, entry.tokens[1:], above)
                else:
                    self._record(entry)
            except ValueError as error:
                self._problem(first.line, str(error))
        self.source, self.origin, self.owner = kept

    def _problem(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.source, line, message))

    def _warn(self, line: int, message: str) -> None:
        self.warnings.append(Problem(self.source, line, message))

    def _directive(self, first: Token, words: Sequence[Token], above: tuple[str, ...]) -> None:
        match first.text.upper(), len(words):
            case "$TTL", 1:
                self.records.default_ttl = self._limited(rdata.ttl(words[0].text), first.line)
            case "$ORIGIN", 1:
                self.origin = names.parse(words[0].text, self.origin)
            case "$INCLUDE", 1:
                self._included(words[0].text, self.origin, above)
            case "$INCLUDE", 2:
                self._included(words[0].text, names.parse(words[1].text, self.origin), above)
            case "$GENERATE", count if count >= 4:
                self._generate(first, words)
            case "$DATE", 1:
                pass  # named wrote it once; it says when
            case ("$TTL" | "$ORIGIN" | "$INCLUDE" | "$DATE") as name, count:
                raise ValueError(f"{name} with {count} words; write one behind it")
            case "$GENERATE", count:
                raise ValueError(
                    f"$GENERATE with {count} words; write it as `$GENERATE 1-20 host$ A 192.0.2.$`"
                )
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

    def _generate(self, first: Token, words: Sequence[Token]) -> None:
        """Add the records that a `$GENERATE` stands for; BIND does not ask whether these are hosts' names."""
        ttl, rtype, rest = read_head(words[2:], first)
        ttl = self._limited(ttl, first.line)
        if len(rest) != 1:
            raise ValueError(
                f"$GENERATE with {len(rest)} words of data; write one, in quotes if it has spaces"
            )
        for number in generate.numbers(words[0].text):
            owner = names.parse(generate.spelled(words[1].text, number), self.origin)
            if not self._is_inside(names.lower(owner), first.line):
                continue
            made = list(entries(f"- {generate.spelled(rest[0].text, number)}"))
            if len(made) != 1 or not isinstance(made[0], Entry):
                raise ValueError(f"'{rest[0].text}' in $GENERATE is not the data of one record")
            data = rdata.read(rtype, made[0].tokens[1:], self.origin)
            self.records.add(Problem(self.source, first.line, ""), owner, rtype, ttl, data, made=True)

    def _record(self, entry: Entry) -> None:
        words = list(entry.tokens)
        first = words[0]
        if not entry.indented:
            self.owner = None  # a bad owner must not hand its records to the one before
            self.owner = names.parse(words.pop(0).text, self.origin)
        elif self.owner is None:
            raise ValueError(f"'{first.text}' has no owner before it; begin the line with a name or @")
        owner = names.lower(self.owner)
        ttl, rtype, values = read_head(words, first)
        ttl = self._limited(ttl, first.line)
        self.records.last_ttl = self.records.last_ttl if ttl is None else ttl
        wrong = [hostnames.owner(owner, rtype)]
        data = rdata.read(rtype, values, self.origin)
        wrong.append(hostnames.data(self.apex, rtype, data))
        for text in filter(None, wrong):
            self._problem(first.line, text)
        if not self._is_inside(owner, None if entry.indented else first.line):
            return
        self._look_at(entry, owner, rtype, values[-1:])
        self.records.add(Problem(self.source, first.line, ""), self.owner, rtype, ttl, data)

    def _look_at(self, entry: Entry, owner: Name, rtype: int, last: Sequence[Token]) -> None:
        """Note what is doubtful about the words of a record."""
        first = entry.tokens[0]
        if b"*" in owner[1:]:
            told = (
                f"{names.spell(owner)} has a * that is not its first part, where it stands for itself alone"
            )
            self._warn(first.line, told)
        if rtype == QTYPE.NS and owner[:1] == (b"*",):
            raise ValueError(
                f"NS of {names.spell(owner)}; a wildcard delegates nothing, name what is delegated"
            )
        if rtype == QTYPE.SOA and owner != self.apex:
            told = f"SOA of {names.spell(owner)}; the zone's only SOA belongs to {names.spell(self.apex)}"
            raise ValueError(told)
        if QTYPE[rtype] == "DS" and owner == self.apex:
            raise ValueError("DS of the zone itself; it belongs to the zone above")
        if not entry.indented:
            self.advice += advice.owner_spelling(self.source, first, self.origin, self.apex)
        for word in last:
            self.advice += advice.target_spelling(self.source, rtype, word, self.origin, self.apex)
            if rtype in {QTYPE.NS, QTYPE.MX} and advice.ADDRESS.fullmatch(word.text):
                meant = names.spell(names.parse(word.text, self.origin))
                told = f"{QTYPE[rtype]} names the address {word.text}, read as the name {meant}."
                self._warn(word.line, f"{told}; name a host that has an A record")

    def _is_inside(self, owner: Name, line: int | None) -> bool:
        """Tell whether the zone has *owner*; if it has not, warn of the *line* that names it."""
        inside = owner[len(owner) - len(self.apex) :] == self.apex and len(owner) >= len(self.apex)
        if not inside and line is not None:
            self._warn(line, f"{names.spell(owner)} is outside of the zone; the record is left out")
        return inside

    def _limited(self, ttl: int | None, line: int) -> int | None:
        if ttl is None or ttl <= rdata.TTL_LIMIT:
            return ttl
        self._warn(line, f"TTL {ttl} is more than {rdata.TTL_LIMIT} seconds and counts as 0; write less")
        return 0
