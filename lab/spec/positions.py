"""YAML text as plain values whose places in the text are still known.

Every scalar stays the text that was typed (`true`, `573`, `on`): what it means is the models' business, so
`run: true` is a command and `observe: true` is a choice. Nothing is ever constructed from a tag.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

MAX_CHARACTERS = 256 * 1024
MAX_VALUES = 20_000
"""After aliases are followed; the largest scenario we know has some hundreds."""
MAX_DEPTH = 24

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]

_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
) | {"tag:yaml.org,2002:merge", "tag:yaml.org,2002:value"}
_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Place:
    """Line and column, counted from 1, as editors do."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: yaml.Mark) -> Place:
        return cls(mark.line + 1, mark.column + 1)


START = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; as text it is what the user sees."""

    source: str
    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.source}:{self.place.line}:{self.place.column}: {self.message}"


@dataclass(slots=True)
class Document:
    """A value with its places. *problems* are those of the text itself: duplicate keys and the like."""

    source: str
    value: Value = None
    places: dict[Path, Place] = field(default_factory=dict)
    """Where a mapping's entry (its key) or a list's item begins."""
    problems: list[Problem] = field(default_factory=list)
    complete: bool = False
    """The text could be read at all; else *value* means nothing."""

    def place(self, path: Path) -> Place:
        """Return the place of *path*, or of what is nearest above it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, START)

    def report(self, path: Path, message: str) -> None:
        self.problems.append(Problem(self.source, self.place(path), message))


class _UnreadableError(Exception):
    def __init__(self, place: Place, message: str) -> None:
        self.place = place
        super().__init__(message)


class _Loader(yaml.SafeLoader):
    """Stops at a depth that would otherwise end in a RecursionError."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark: yaml.Mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise _UnreadableError(Place.of(mark), _DEEP)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


_DEEP = f"nested more than {MAX_DEPTH} deep; a file of the lab needs 8 at most"
_MANY = f"more than {MAX_VALUES} values once aliases are followed; write out what is meant"


def compose(text: str, source: str) -> Document:
    """Read *text*; never raises for what is in it. *source* is how messages name the file."""
    document = Document(source)
    try:
        _compose(text, document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        _report(document, Place.of(mark) if mark else START, f"not YAML: {said}")
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        _report(document, place, f"not YAML: the character U+{ord(text[error.position]):04X} is not allowed")
    except _UnreadableError as error:
        _report(document, error.place, str(error))
    except (ValueError, OverflowError):  # PyYAML 6.0: an escape such as "\UFFFFFFFF"
        _report(document, START, "not YAML: an escape or a number beyond all bounds")
    return document


def _compose(text: str, document: Document) -> None:
    if len(text) > MAX_CHARACTERS:
        raise _UnreadableError(START, f"longer than {MAX_CHARACTERS // 1024} KiB; split it")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    if node is None:
        raise _UnreadableError(START, "the file is empty")
    document.value = _Reader(document).read(node, (), 0)
    document.complete = True


def _report(document: Document, place: Place, message: str) -> None:
    document.problems.append(Problem(document.source, place, message))


class _Reader:
    """One walk over the nodes: values out, places and problems into the document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._values = 0

    def read(self, node: yaml.Node, path: Path, depth: int) -> Value:
        place = Place.of(node.start_mark)
        self._document.places.setdefault(path, place)
        self._values += 1
        if depth > MAX_DEPTH:
            raise _UnreadableError(place, _DEEP)
        if self._values > MAX_VALUES:
            raise _UnreadableError(place, _MANY)
        if node.tag not in _TAGS:
            self._problem(place, f"the tag {node.tag!r} means nothing here; leave it out")
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path, depth)
            case yaml.SequenceNode():
                return [self.read(item, (*path, index), depth + 1) for index, item in enumerate(node.value)]
            case _:
                return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> Value:
        entries: dict[str, Value] = {}
        for key_node, value_node in node.value:
            place = Place.of(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(place, "a list or mapping as a key; a key is a word")
                continue
            key = self._scalar(key_node, place) or ""
            if key in entries:
                first = self._document.places[(*path, key)]
                self._problem(place, f"the key {key!r} stands twice, first in line {first.line}; keep one")
                continue
            self._document.places[(*path, key)] = place
            entries[key] = self.read(value_node, (*path, key), depth + 1)
        return entries

    def _scalar(self, node: yaml.Node, place: Place) -> str | None:
        text: str = node.value
        if node.tag == _NULL and isinstance(node, yaml.ScalarNode) and node.style is None:
            return None
        if "\0" in text or not _sound(text):
            self._problem(place, "a NUL or half a surrogate pair; no program can be given that")
            return ""
        return text

    def _problem(self, place: Place, message: str) -> None:
        self._document.problems.append(Problem(self._document.source, place, message))


def _sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
