"""The words of an exports file, as nfs-utils takes quotes, octal escapes, comments and continued lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .options import BadOptionError

SPACE = " \t\n\v\f\r"


@dataclass(slots=True)
class Words:
    text: str
    at: int = 0

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _next(self) -> tuple[str, int]:
        """Return the next character and its end. A backslash, a newline and blanks after it are one blank."""
        if self.text.startswith("\\\n", self.at):
            end = self.at + 2
            while end < len(self.text) and self.text[end] in " \t":
                end += 1
            return " ", end
        return self.text[self.at : self.at + 1], self.at + 1

    def skip(self, skipped: str) -> None:
        while True:
            char, end = self._next()
            if char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
                char, end = self._next()
            if char == "" or char not in skipped + "\0":
                return
            self.at = end

    def word(self, longest: int) -> str | None:
        """Return the next word; None where white space comes first. Raises BadOptionError: it is too long."""
        held: list[str] = []
        quoted = False
        while len(held) <= longest:
            char, end = self._next()
            if char == "" or (not quoted and char in SPACE):
                if char not in {"", "\n"}:
                    self.at = end
                break
            self.at = end
            if char == '"':
                quoted = not quoted
                continue
            held.append(char)
            _unescape(held)
        else:
            raise BadOptionError(f"a word of more than {longest} characters")
        whole = "".join(held)
        return whole.partition("\0")[0].encode("latin-1").decode("utf-8", "surrogateescape") if held else None

    def leave_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1


def _unescape(held: list[str]) -> None:
    r"""Put the character in place of `\ooo` at the end of *held*."""
    tail = "".join(held[-4:])
    if re.fullmatch(r"\\[0-3][0-7]{2}", tail):
        held[-4:] = [chr(int(tail[1:], 8))]
