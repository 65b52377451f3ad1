"""The code blocks of a Markdown document, with their lines' numbers. Pure.

A CommonMark parser finds them: fences (in lists and quotes, too), indented code, and HTML's `<pre>`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

_LANGUAGE = re.compile(r"[a-z][\w+#-]*")
_PRE = re.compile(r"\s*<pre\b", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """*lines*: (number counted from 1, text), without blank ones and the signs of a list or quote."""

    language: str
    """The first word of a fence's info string, in lower case; empty where there is none."""
    lines: tuple[tuple[int, str], ...]


def document_lines(document: str) -> list[str]:
    """Return a document's lines as editors count them: a form feed, say, ends none."""
    return document.replace("\r\n", "\n").split("\n")


def blocks(document: str) -> Iterator[Block]:
    """Yield all code blocks, in order."""
    # The parser ends lines at a lone carriage return, too, which would shift all numbers.
    text = "\n".join(line.replace("\r", " ") for line in document_lines(document))
    for token in MarkdownIt("commonmark").parse(text):
        if token.map is None:
            continue
        first = token.map[0] + 1
        if token.type == "fence":
            yield _block(first + 1, token.content, token.info)
        elif token.type == "code_block":
            yield _block(first, token.content)
        elif token.type == "html_block" and _PRE.match(token.content):
            yield _block(first, html.unescape(_TAG.sub("", token.content)))


def _block(first: int, content: str, info: str = "") -> Block:
    language = _LANGUAGE.search(info.lower().removeprefix("language-"))
    numbered = enumerate(content.split("\n"), start=first)
    return Block(
        language[0] if language else "", tuple((number, line) for number, line in numbered if line.strip())
    )
