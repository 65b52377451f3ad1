"""Zone file text into entries of tokens that know their line (RFC 1035, section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = re.compile(
    r"(?P<end>\n)|(?P<skip>[ \t\r]+|;[^\n]*)|(?P<mark>[()])"
    r'|"(?P<quoted>(?:\\[^\n]|[^"\\\n]|\\(?=\n))*+)"|(?P<open>")'
    r'|(?P<word>(?:\\[^\n]|[^ \t\r\n;()"])++)'
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, or doubtful, in a file: what was seen and what to do."""

    source: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Token:
    """A word as written, escapes and all; *quoted* words lose their quotes.

    *joined*: no space stands before it, as before the quoted part of `alpn="h2"`.
    """

    text: str
    line: int
    quoted: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One record or directive. *indented*: it starts with white space, so its owner is the one before."""

    tokens: tuple[Token, ...]
    indented: bool


class TokenError(ValueError):
    """The text cannot be cut into words; *line* is where."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def entries(text: str) -> Iterator[Entry | TokenError]:  # noqa: C901  # one branch a kind of piece
    """Cut *text* into entries. An error is yielded in its place; reading goes on at the next line."""
    at, line = 0, 1
    while at < len(text):
        indented = text[at] in " \t"
        tokens: list[Token] = []
        opened: list[int] = []
        wrong: TokenError | None = None
        word_ended = -1
        while at < len(text) and wrong is None:
            piece = _PIECE.match(text, at)
            assert piece is not None  # every character begins one of them
            kind, began, at = piece.lastgroup, at, piece.end()
            if kind == "end":
                line += 1
                if not opened:
                    break
            elif kind in {"quoted", "word"}:
                tokens.append(Token(piece[kind], line, kind == "quoted", began == word_ended))
                word_ended = at
            elif piece[0] == "(":
                opened.append(line)
            elif piece[0] == ")" and opened:
                opened.pop()
            elif kind != "skip":
                wrong = TokenError(line, _advice(piece[0]))
                at = text.find("\n", at) + 1 or len(text)
                line += 1
        if wrong is None and opened:
            wrong = TokenError(opened[0], "'(' is never closed; add ')' behind the record's last word")
        if wrong is not None:
            yield wrong
        elif tokens:
            yield Entry(tuple(tokens), indented)


def _advice(mark: str) -> str:
    if mark == ")":
        return "')' without '('; remove it"
    return "quoted text does not end on its line; add the closing '\"'"
