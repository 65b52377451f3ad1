"""What is said of a value that does not fit its model."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from ipaddress import IPv4Network

from pydantic_core import ErrorDetails


def suggestion(key: str, known: Iterable[str]) -> str | None:
    """Return the word of *known* that was probably meant."""
    return next(iter(difflib.get_close_matches(key, list(known), n=1)), None)


MANY = 20
"""Words listed where none of them comes close: more would hide the message."""


def unknown(what: str, key: str, known: Iterable[str]) -> str:
    """Say that *key* is none of *known*."""
    known = list(known)
    close = suggestion(key, known)
    more = f", and {len(known) - MANY} more" if len(known) > MANY else ""
    return f"unknown {what} {key!r}; " + (
        f"did you mean {close!r}?" if close else f"known: {', '.join(known[:MANY])}{more}"
    )


def message(one: ErrorDetails) -> str:
    """Say what *one* error of pydantic's is, by our own words where they are plainer."""
    context = one.get("ctx", {})
    where = next((part for part in reversed(one["loc"]) if isinstance(part, str)), "")
    where = where if where.strip() == where else repr(where)  # a key of blanks would not be seen
    seen = one["input"]
    words = {
        "missing": f"{where!r} is missing",
        "string_type": f"{where}: {shape(seen)}, where text is wanted",
        "string_too_short": f"{where!r} is empty",
        "too_short": f"{where!r} is empty; at least {context.get('min_length')} is wanted",
        "string_pattern_mismatch": f"{where}: {shown(seen)} does not fit; wanted: {context.get('pattern')}",
        "tuple_type": f"{where}: {shape(seen)}, where a list is wanted",
        "model_type": f"{where}: {shape(seen)}, where a mapping is wanted",
        "dict_type": f"{where}: {shape(seen)}, where a mapping is wanted",
        "bool_type": f"{where}: {shown(seen)}, where true or false is wanted",
        "bool_parsing": f"{where}: {shown(seen)}, where true or false is wanted",
        "enum": f"{where}: {shown(seen)}; {_choice(seen, str(context.get('expected')))}",
        "value_error": str(context.get("error")),
        "path_type": f"{where}: {shape(seen)}, where a path is wanted",
        "ip_v4_network": f"{where}: {_network(seen)}",
        "ip_v4_address": f"{where}: {shown(seen)} is no IPv4 address; write it like 10.142.18.191",
    }
    plain = f"{where}: {shown(seen)}: {one['msg'][0].lower()}{one['msg'][1:]}" if where else one["msg"]
    return words.get(one["type"], plain)


def _network(seen: object) -> str:
    try:
        meant = IPv4Network(str(seen), strict=False)
    except ValueError:
        return f"{shown(seen)} is no IPv4 network; write it like 10.142.18.0/24"
    return f"{shown(seen)} is an address within a network; did you mean '{meant}'?"


def _choice(seen: object, expected: str) -> str:
    close = suggestion(str(seen), [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")])
    return f"{f'did you mean {close!r}? ' if close else ''}known: {expected}"


def shape(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case _:
            return shown(value)


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
