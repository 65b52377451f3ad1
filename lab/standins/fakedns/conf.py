"""The `zone` statements of a BIND configuration file; everything else in it is stepped over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import names
from .names import Name
from .tokens import Problem

_WORDS = re.compile(
    r"(?P<skip>[\s\ufeff]+|//[^\n]*|\#[^\n]*|/\*.*?\*/)"
    r'|"(?P<quoted>[^"\n]*)"|(?P<mark>[{};])|(?P<word>[^\s{};"]+?(?=[\s{};"]|//|/\*|\#|$))|(?P<bad>.)',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A primary zone and the file that has it."""

    origin: Name
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Conf:
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    line: int
    mark: bool


@dataclass(frozen=True, slots=True)
class _Statement:
    """`words [{ body }];`"""

    words: tuple[_Word, ...]
    body: tuple[_Statement, ...] | None

    @property
    def line(self) -> int:
        return self.words[0].line if self.words else 0


def read_conf(text: str, source: str) -> Conf:
    """Read every primary zone of *text*; what is wrong is a problem, what is not served here a warning."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    entries: dict[Name, Entry] = {}
    words = _words(text, source, problems)
    statements, end = _statements(words, 0, source, problems)
    if end < len(words):
        problems.append(Problem(source, words[end].line, "'}' without '{'; remove it"))
    for statement in _zones(statements):
        try:
            entry = _entry(statement)
        except ValueError as error:
            problems.append(Problem(source, statement.line, str(error)))
            continue
        if isinstance(entry, str):
            warnings.append(Problem(source, statement.line, entry))
        elif entry is not None and entry.origin in entries:
            first = entries[entry.origin].line
            problems.append(Problem(source, entry.line, f"zone stands already in line {first}; keep one"))
        elif entry is not None:
            entries[entry.origin] = entry
    return Conf(tuple(entries.values()), tuple(problems), tuple(warnings))


def _words(text: str, source: str, problems: list[Problem]) -> list[_Word]:
    found = []
    line = 1
    for match in _WORDS.finditer(text):
        kind, value = match.lastgroup, match.group()
        if kind == "bad":
            problems.append(Problem(source, line, f"{value} is not closed on its line; close it"))
        elif kind != "skip":
            found.append(_Word(match.group(kind or 0), line, kind == "mark"))
        line += value.count("\n")
    return found


def _statements(
    words: Sequence[_Word], at: int, source: str, problems: list[Problem], *, depth: int = 0
) -> tuple[list[_Statement], int]:
    """Read statements up to the closing brace or the end; return them and where that is."""
    found: list[_Statement] = []
    head: list[_Word] = []
    body: tuple[_Statement, ...] | None = None
    while at < len(words):
        word = words[at]
        if not word.mark:
            head.append(word)
        elif word.text == ";":
            if head:
                found.append(_Statement(tuple(head), body))
            head, body = [], None
        elif word.text == "{":
            if depth > 20:
                problems.append(Problem(source, word.line, "braces more than 20 deep"))
                return found, len(words)
            inner, at = _statements(words, at + 1, source, problems, depth=depth + 1)
            body = tuple(inner)
            if at >= len(words):
                problems.append(Problem(source, word.line, "'{' is never closed; add '};'"))
        else:
            break
        at += 1
    if head:
        problems.append(Problem(source, head[-1].line, f"no ';' behind '{head[-1].text}'; add it"))
        found.append(_Statement(tuple(head), body))
    return found, at


def _zones(statements: Sequence[_Statement]) -> list[_Statement]:
    """Return the zone statements, those inside of a `view` too."""
    found = []
    for statement in statements:
        keyword = statement.words[0].text.lower()
        if keyword == "zone":
            found.append(statement)
        elif keyword == "view" and statement.body is not None:
            found += _zones(statement.body)
    return found


def _entry(statement: _Statement) -> Entry | str | None:
    """Return the zone, or a warning's text, or None for what every BIND has and the lab needs not."""
    if len(statement.words) < 2 or statement.body is None:
        raise ValueError(
            'a zone is written as: zone "lecun.com" { type master; file "/etc/bind/db.lecun.com"; };'
        )
    options = {
        inner.words[0].text.lower(): [word.text for word in inner.words[1:]] for inner in statement.body
    }
    name = statement.words[1].text
    kind = (options.get("type") or ["none"])[0].lower()
    if kind == "hint":
        return None
    if kind not in {"master", "primary"}:
        return f"zone {name} has type {kind}; only master (primary) zones are served"
    if not options.get("file"):
        raise ValueError(f'zone {name} names no file; add `file "/etc/bind/db.{name}";`')
    return Entry(names.lower(names.parse(name)), options["file"][0], statement.line)
