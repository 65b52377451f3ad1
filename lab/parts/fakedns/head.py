"""What stands between a record's owner and its data: `[ttl] [class] type`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from . import rdata
from .tokens import Token

_CLASSES = {"IN": 1, "CH": 3, "CHAOS": 3, "HS": 4, "HESIOD": 4, "CLASS1": 1, "CLASS3": 3, "CLASS4": 4}
_SUCH = "such as A, CNAME or TXT"


class Head(NamedTuple):
    """*ttl* is as written, None where it is not."""

    ttl: int | None
    rtype: int
    data: Sequence[Token]


def read_head(words: Sequence[Token], first: Token) -> Head:
    """Read a record's *words* behind its owner; its line begins with *first*. Raises ValueError.

    TTL and class may stand in either order.
    """
    ttl = None
    seen_class = False
    for at, word in enumerate(words):
        upper = word.text.upper()
        if upper in _CLASSES and not seen_class:
            if _CLASSES[upper] != 1:
                raise ValueError(f"class {upper}; only IN is served, remove the record")
            seen_class = True
        elif ttl is None and rdata.is_ttl(word.text):
            ttl = rdata.ttl(word.text)
        elif not word.quoted and (rtype := rdata.type_of(word.text)) is not None:
            return Head(ttl, rtype, words[at + 1 :])
        else:
            raise ValueError(f"'{word.text}' stands where a record type should, {_SUCH}")
    raise ValueError(f"'{first.text}' ends without a record type; write one, {_SUCH}")
