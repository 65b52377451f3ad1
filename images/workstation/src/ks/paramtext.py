"""Read and change parameter files as text, so that what a person wrote around the values stays.

A parameter file is a jsonnet object with `components: {<component>: {<parameter>: <value>}}` near its top;
an environment's file has `components +: {...}` inside an expression. No more of jsonnet is understood here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .errors import KsError

KEYWORDS = frozenset(
    {
        "assert",
        "else",
        "error",
        "false",
        "for",
        "function",
        "if",
        "import",
        "importstr",
        "importbin",
        "in",
        "local",
    }
    | {"null", "tailstrict", "then", "self", "super", "true"}
)
_identifier = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_comma = re.compile(r"(?:\s|//[^\n]*\n|#[^\n]*\n|/\*.*?\*/)*,", re.DOTALL)
_number = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
_token = re.compile(
    r"""(?P<space>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)
      | (?P<string>"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | @"(?:[^"]|"")*" | @'(?:[^']|'')*'
                   | \|\|\|.*?\n[ \t]*\|\|\|)
      | (?P<word>[A-Za-z_0-9.]+)
      | (?P<mark>[\[\](){}:,+;]|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """One `key: value` of an object, by position in the text; *end* is where the value stops."""

    name: str
    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Braces:
    """An object in the text. *last* is where its last token ends, the closing brace at *close* left out."""

    fields: Mapping[str, Field]
    last: int
    close: int
    wants_comma: bool


def key(name: str) -> str:
    """Spell a field name, quoted where jsonnet wants it."""
    return name if _identifier.match(name) and name not in KEYWORDS else literal(name)


def literal(value: object) -> str:
    """Spell a value as jsonnet. JSON is jsonnet."""
    return json.dumps(value, ensure_ascii=False)


def parse(text: str) -> object:
    """Tell what a value typed on the command line means: true, 3, [1] and {"a": 1} are not strings."""
    if text in {"true", "false"} or _number.match(text) or text[:1] in {"[", "{"}:
        try:
            found: object = json.loads(text)
        except ValueError:
            return text
        return found
    return text


def set_values(text: str, component: str, values: Mapping[str, object], *, opening: str | None = None) -> str:
    """Return *text* with *values* set in *component*.

    A component that is not there is made with *opening* (`:`, or `+:` to add to another file's), or refused.
    """
    outer = _components(text)
    if component not in outer.fields:
        if opening is None:
            raise KsError(f'there is no parameter set for component "{component}"')
        text = _insert(text, outer, f"{literal(component)}{opening} {{\n    }},", "    ")
    for name, value in values.items():
        text = _set(text, component, name, literal(value))
    return text


def has(text: str, component: str) -> bool:
    """Tell whether *text* has parameters of *component*."""
    return bool(text.strip()) and component in _components(text).fields


def drop(text: str, component: str, name: str | None = None) -> str:
    """Return *text* without *component*, or without its value *name*; KsError if it is not there."""
    found = _components(text).fields.get(component)
    if found is None:
        raise KsError(f'there is no parameter set for component "{component}"')
    if name is not None:
        found = _braces(_tokens(text), found.value).fields.get(name)
        if found is None:
            raise KsError(f'component "{component}" has no parameter "{name}"')
    start, end = found.start, found.end
    comma = _comma.match(text, end)
    end = comma.end() if comma else end
    line = text.rfind("\n", 0, start) + 1
    alone = not text[line:start].strip() and text[end : end + 1] == "\n"
    return text[:line] + text[end + 1 :] if alone else text[:start] + text[end:]


def _set(text: str, component: str, name: str, value: str) -> str:
    at = _components(text).fields[component]
    inner = _braces(_tokens(text), at.value)
    found = inner.fields.get(name)
    if found is None:
        return _insert(text, inner, f"{key(name)}: {value},", "      ")
    return text[: found.value] + value + text[found.end :]


def _insert(text: str, braces: Braces, line: str, indent: str) -> str:
    """Put *line* behind the last thing in the object, on a line of its own; comments stay above it."""
    between = text[braces.last : braces.close]
    head = text[: braces.last] + ("," if braces.wants_comma else "") + between.rstrip()
    outdent = between.rpartition("\n")[2] if "\n" in between else indent[2:]
    return f"{head}\n{indent}{line}\n{outdent}{text[braces.close :]}"


def _components(text: str) -> Braces:
    tokens = _tokens(text)
    for index, token in enumerate(tokens):
        if _name(token) != "components":
            continue
        rest = [t for t in tokens[index + 1 : index + 4] if t.text != "+"]
        if len(rest) > 1 and rest[0].text == ":" and rest[1].text == "{":
            return _braces(tokens, rest[1].start)
    raise KsError("the parameter file has no components")


def _name(token: Token) -> str | None:
    if token.kind == "word":
        return token.text
    if token.kind != "string" or token.text[0] not in "\"'":
        return None
    try:
        return str(json.loads(token.text))
    except ValueError:  # an escape or a quote that JSON does not have
        return token.text[1:-1]


def _tokens(text: str) -> list[Token]:
    found = (Token(str(m.lastgroup), m.group(), m.start(), m.end()) for m in _token.finditer(text))
    return [token for token in found if token.kind != "space"]


def _braces(tokens: list[Token], start: int) -> Braces:
    """Read the object whose opening brace is at *start*."""
    index = next((i for i, t in enumerate(tokens) if t.start == start), len(tokens))
    if index == len(tokens) or tokens[index].text != "{":
        raise KsError("the parameter file has something else than an object where parameters should be")
    fields: dict[str, Field] = {}
    depth = 1
    begin: Token | None = None
    value: Token | None = None
    previous = tokens[index]
    for token in tokens[index + 1 :]:
        depth -= token.text in {"]", ")", "}"}
        if depth == 0 or (depth == 1 and token.text == ","):
            if begin is not None and value is not None:
                name = _name(begin) or begin.text
                fields[name] = Field(name, begin.start, value.start, previous.end)
            begin = value = None
        elif begin is None:
            begin = token
        elif value is None and depth == 1 and previous.text == ":" and token.text not in {":", "+"}:
            value = token
        if depth == 0:
            return Braces(fields, previous.end, token.start, previous.text not in {"{", ","})
        depth += token.text in {"[", "(", "{"}
        previous = token
    raise KsError("the parameter file has an object that does not end")
