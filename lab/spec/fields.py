"""The base of the models of scenario files, and the small types of their fields.

How each is written, and what is said where it is wrong.
"""

from __future__ import annotations

import re
import warnings
from datetime import timedelta
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

_PLACE = r"^(workstation|site(/(dns|web|nfs|registry))?|node/[a-z0-9.-]+|pod/([a-z0-9.-]+/)?[a-z0-9.-]+)$"
_DURATION = r"^([0-9]+h)?([0-9]+m)?([0-9]+s)?$"
_LINES = r"^[1-9][0-9]{0,6}(-[1-9][0-9]{0,6})?$"

LONGEST = timedelta(hours=24)


class Model(BaseModel):
    """Read once, never changed; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def compile_pattern(text: object) -> re.Pattern[str]:
    """Compile a regular expression. `^` and `$` are of a line, since outputs have many."""
    if isinstance(text, re.Pattern):
        return text
    if not isinstance(text, str):
        raise ValueError("a regular expression is wanted, as text")  # noqa: TRY004 - pydantic's contract
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FutureWarning: possible nested set
            return re.compile(text, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error


def _regex(text: str) -> str:
    compile_pattern(text)
    return text


def _place(value: str) -> str:
    if not re.match(_PLACE, value):
        raise ValueError(
            f"{value!r} is no place; a place is workstation, site, site/SERVER (dns, web, nfs, registry),"
            " node/NAME, pod/NAME or pod/NAMESPACE/NAME"
        )
    return value


def duration(value: object) -> timedelta:
    """Read `90s`, `2m`, `1h30m`."""
    if isinstance(value, timedelta):
        return value
    found = re.match(_DURATION, value) if isinstance(value, str) and value else None
    if not found:
        raise ValueError(f"{value!r} is no duration; write it like 90s, 2m or 1h30m")
    hours, minutes, seconds = (int((part or "0x")[:-1][:9]) for part in found.groups())
    length = timedelta(hours=min(hours, 99), minutes=min(minutes, 9999), seconds=min(seconds, 999_999))
    if not timedelta() < length <= LONGEST:
        raise ValueError(f"{value!r} is not between 1s and 24h")
    return length


def as_list(value: object) -> object:
    """Let a single text stand for a list of one."""
    return (value,) if isinstance(value, str | re.Pattern) else value


def line_ranges(value: object) -> object:
    """Read `573`, `573-577`, or a list of such, into the fields of `Lines`."""
    items = value if isinstance(value, list | tuple) else [value]
    return tuple(_line_range(item) for item in items)


def _line_range(item: object) -> object:
    if not isinstance(item, str):
        return item
    if not re.match(_LINES, item):
        raise ValueError(f"{item!r} is no range of lines; write it like 573-577, or 573")
    first, _, last = item.partition("-")
    return {"first": first, "last": last or first}


def pattern_text(pattern: re.Pattern[str]) -> str:
    return pattern.pattern


_text_or_list: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "description": "a regular expression, or several",
}

Pattern: TypeAlias = Annotated[
    re.Pattern[str],
    PlainValidator(compile_pattern),
    PlainSerializer(pattern_text, return_type=str),
]
Patterns: TypeAlias = Annotated[
    tuple[Pattern, ...], BeforeValidator(as_list), WithJsonSchema(_text_or_list, mode="validation")
]
"""In a file: one regular expression, or a list."""

Regex: TypeAlias = Annotated[str, AfterValidator(_regex)]
"""A regular expression, kept as text."""

Place: TypeAlias = Annotated[
    str, AfterValidator(_place), WithJsonSchema({"type": "string", "pattern": _PLACE}, mode="validation")
]
"""Where an attempt is made: `workstation`, `site`, `site/nfs`, `node/localnode-2`, `pod/NAME` ..."""

Duration: TypeAlias = Annotated[
    timedelta,
    BeforeValidator(duration),
    WithJsonSchema({"type": "string", "pattern": _DURATION}, mode="validation"),
]

_IMAGE = r"^[A-Za-z0-9][A-Za-z0-9._:/@-]*$"

Images: TypeAlias = Annotated[
    tuple[Annotated[str, Field(pattern=_IMAGE)], ...],
    BeforeValidator(as_list),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _IMAGE},
                {"type": "array", "items": {"type": "string", "pattern": _IMAGE}, "minItems": 1},
            ],
            "description": "an image's original name, or several",
        },
        mode="validation",
    ),
]
"""In a file: one original reference, or a list."""

LINES_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "string", "pattern": _LINES},
        {
            "type": "array",
            "items": {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": _LINES}]},
        },
    ],
    "description": "lines of the document, counted from 1: 573-577, or several",
}
