"""Zone file text into entries of tokens that know their line (RFC 1035, section 5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import names


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
    """A word as written, escapes and all; *quoted* words lose their quotes."""

    text: str
    line: int
    quoted: bool = False


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


def entries(text: str) -> Iterator[Entry | TokenError]:
    """Cut *text* into entries. An error is yielded in its place; reading goes on at the next line."""
    scanner = _Scanner(text.removeprefix("\ufeff"))
    while not scanner.at_end:
        try:
            entry = scanner.entry()
        except TokenError as error:
            scanner.skip_line()
            yield error
        else:
            if entry.tokens:
                yield entry


def content(token: Token) -> bytes:
    """Return the bytes that *token* stands for as a character string. Raises ValueError."""
    text, value, position = token.text, bytearray(), 0
    while position < len(text):
        if text[position] == "\\":
            piece, position = names.escaped(text, position)
        else:
            piece = text[position].encode("utf-8", "surrogateescape")
            position += 1
        value += piece
    return bytes(value)


class _Scanner:
    """A cursor over the text; entries never share state but the line number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.line = 1

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def entry(self) -> Entry:  # noqa: C901  # one branch a character that means something
        indented = self.text[self.position] in " \t"
        tokens: list[Token] = []
        opened = 0
        while not self.at_end:
            char = self.text[self.position]
            if char == "\n":
                self._advance()
                if not opened:
                    return Entry(tuple(tokens), indented)
            elif char in " \t\r\f\v":
                self.position += 1
            elif char == ";":
                self._skip_comment()
            elif char == "(":
                if opened:
                    raise TokenError(self.line, f"'(' inside the '(' of line {opened}; close that one first")
                opened = self.line
                self.position += 1
            elif char == ")":
                if not opened:
                    raise TokenError(self.line, "')' without '('; remove it")
                opened = 0
                self.position += 1
            else:
                tokens.append(self._quoted() if char == '"' else self._word())
        if opened:
            raise TokenError(opened, "'(' is never closed; add ')' behind the record's last word")
        return Entry(tuple(tokens), indented)

    def skip_line(self) -> None:
        self._skip_comment()
        if not self.at_end:
            self._advance()

    def _advance(self) -> None:
        self.position += 1
        self.line += 1

    def _skip_comment(self) -> None:
        end = self.text.find("\n", self.position)
        self.position = len(self.text) if end < 0 else end

    def _quoted(self) -> Token:
        start = self.position = self.position + 1
        while not self.at_end and self.text[self.position] != "\n":
            char = self.text[self.position]
            if char == '"':
                self.position += 1
                return Token(self.text[start : self.position - 1], self.line, quoted=True)
            self.position += (
                2 if char == "\\" and self.text[self.position + 1 : self.position + 2] != "\n" else 1
            )
        raise TokenError(self.line, "quoted text does not end on its line; add the closing '\"'")

    def _word(self) -> Token:
        start = self.position
        while not self.at_end and self.text[self.position] not in ' \t\r\n\f\v;()"':
            escape = self.text[self.position] == "\\" and self.text[
                self.position + 1 : self.position + 2
            ] not in {
                "\n",
                "",
            }
            self.position += 2 if escape else 1
        return Token(self.text[start : self.position], self.line)
