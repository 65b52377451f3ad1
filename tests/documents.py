"""What the Markdown files of this project hold: blocks, links, code spans, example scenarios."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("images/*/README.md")])
DECISIONS = sorted(ROOT.glob("docs/decisions/*.md"))

_FENCE = re.compile(r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"^`(?P<name>[^`\n]+)`:\n\n```[a-z]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. *line* is that of its opening fence."""

    document: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: Path, language: str) -> list[Block]:
    text = document.read_text()
    return [
        Block(document, text.count("\n", 0, found.start()) + 1, language, found["text"])
        for found in _FENCE.finditer(text)
        if found["language"] == language
    ]


def examples(document: Path) -> list[Block]:
    """The YAML blocks that are whole scenarios of steps."""
    return [block for block in blocks(document, "yaml") if re.search(r"^steps:", block.text, re.MULTILINE)]


def books(document: Path) -> list[Block]:
    """The YAML blocks that are scenarios of chapters."""
    return [block for block in blocks(document, "yaml") if re.search(r"^chapters:", block.text, re.MULTILINE)]


def files(document: Path) -> dict[str, str]:
    """The files that a document shows: a line with the name in backticks and a colon, then a block."""
    return {found["name"]: found["text"] for found in _FILE.finditer(document.read_text())}


def prose(document: Path) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", document.read_text())


def spans(document: Path) -> list[str]:
    return _SPAN.findall(prose(document))


def links(document: Path) -> list[str]:
    """Where the document points to inside the project."""
    return [target for target in _LINK.findall(prose(document)) if "://" not in target]


def anchors(document: Path) -> set[str]:
    """The headings as GitHub names them."""
    titles = (re.sub(r"[^\w\- ]", "", title.lower()) for title in _HEADING.findall(prose(document)))
    return {title.strip().replace(" ", "-") for title in titles}


def commands(text: str) -> list[str]:
    """The lines that a reader types, of a console block."""
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
