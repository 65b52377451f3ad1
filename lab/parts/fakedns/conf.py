"""The `zone` statements of a BIND configuration file; everything else in it is stepped over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

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
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Statement:
    """`words [{ body }];`"""

    words: list[str] = field(default_factory=list)
    line: int = 0
    body: list[_Statement] | None = None


def read_conf(text: str, source: str) -> Conf:
    """Read every primary zone of *text*; what is wrong is a problem, what is not served here a warning."""
    problems: list[Problem] = []
    warnings: list[Problem] = []
    entries: dict[Name, Entry] = {}
    for statement in _zones(_statements(text, source, problems)):
        try:
            entry = _entry(statement)
            if isinstance(entry, str):
                warnings.append(Problem(source, statement.line, entry))
            elif entry is not None and entries.setdefault(entry.origin, entry) is not entry:
                told = f"zone stands already in line {entries[entry.origin].line}; keep one"
                problems.append(Problem(source, entry.line, told))
        except ValueError as error:
            problems.append(Problem(source, statement.line, str(error)))
    return Conf(tuple(entries.values()), tuple(problems), tuple(warnings))


def _statements(text: str, source: str, problems: list[Problem]) -> list[_Statement]:
    found = [_Statement()]
    levels = [found]
    line = 1
    for match in _WORDS.finditer(text):
        kind, word, statement = match.lastgroup, match.group(), levels[-1][-1]
        if kind in {"quoted", "word"}:
            statement.line = statement.line or line
            statement.words.append(match[kind])
        elif kind == "bad":
            problems.append(Problem(source, line, f"{word} is not closed on its line; close it"))
        elif word == ";":
            levels[-1].append(_Statement())
        elif word == "{":
            statement.line, statement.body = statement.line or line, [_Statement()]
            levels.append(statement.body)
        elif word == "}" and len(levels) == 1:
            problems.append(Problem(source, line, "'}' without '{'; remove it"))
        elif word == "}":
            _ended(levels.pop(), source, problems)
        line += word.count("\n")
    _ended(levels[-1], source, problems)
    opened = [level[-1].line for level in levels[:-1]]
    problems += [Problem(source, at, "'{' is never closed; add '};'") for at in opened]
    return found


def _ended(level: list[_Statement], source: str, problems: list[Problem]) -> None:
    if level[-1].words:
        last = level[-1]
        problems.append(Problem(source, last.line, f"no ';' behind '{last.words[-1]}'; add it"))


def _zones(statements: Iterable[_Statement]) -> Iterator[_Statement]:
    """Yield the zone statements, those inside of a `view` too."""
    for statement in statements:
        keyword = statement.words[0].lower() if statement.words else ""
        if keyword == "zone":
            yield statement
        elif keyword == "view":
            yield from (
                inner for inner in statement.body or () if inner.words and inner.words[0].lower() == "zone"
            )


def _entry(statement: _Statement) -> Entry | str | None:
    """Return the zone, or a warning's text, or None for what every BIND has and the lab needs not."""
    if len(statement.words) < 2 or statement.body is None:
        raise ValueError(
            'a zone is written as: zone "site.test" { type master; file "/etc/bind/db.site.test"; };'
        )
    options = {inner.words[0].lower(): inner.words[1:] for inner in statement.body if inner.words}
    name = statement.words[1]
    kind = (options.get("type") or ["none"])[0].lower()
    if kind == "hint":
        return None
    if kind not in {"master", "primary"}:
        return f"zone {name} has type {kind}; only master (primary) zones are served"
    if not options.get("file"):
        raise ValueError(f'zone {name} names no file; add `file "/etc/bind/db.{name}";`')
    return Entry(names.lower(names.parse(name)), options["file"][0], statement.line)
