"""Which step replays or checks which line of the document. Pure.

What counts are the lines of Markdown's fenced blocks, blank ones left out. A line is a command when it
begins with a prompt (`# `, `$ `, `root@host:~# `), or, in a block without prompts whose first line reads as
a command, when it reads as one itself. All else is content: output, or a file's text.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.spec.actions import Run
from lab.spec.scenario import Lines, Scenario, Step

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_PROMPT = re.compile(r"(?:[\w.-]+@[\w.-]+:[^\s#$]*)?[#$]\s+(?P<command>\S.*)")
_COMMAND = re.compile(r"[A-Za-z_]\w*=\S*( |$)|(?:\./|~?/)?[a-z][\w./+-]*( (?![ =:])|$)")
"""An assignment, or a small word with one blank after it: columns of a table have more."""
_NO_PROGRAMS = frozenset({"from", "import", "def", "class", "return"})
"""Words that begin lines of Python and of no shell."""


class Kind(enum.StrEnum):
    COMMAND = "command"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a fenced block, counted from 1 in the whole document. *text* is without the prompt."""

    number: int
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One line, and the steps that answer for it; or why none does."""

    line: Line
    steps: tuple[str, ...] = ()
    reason: str = ""
    """The scenario's own words for leaving it out; with neither steps nor reason it is a gap."""
    complaint: str = ""
    """Why the steps that name this line do not count."""

    @property
    def is_gap(self) -> bool:
        return not self.steps and not self.reason


def coverage(scenarios: Sequence[Scenario], document: str) -> tuple[Answer, ...]:
    """Answer for every line of the document's blocks that the last of *scenarios* `covers`.

    Those before it are what it needs: their steps count, and their reasons.
    """
    asked = scenarios[-1]
    counted = [one for one in scenarios if one.document == asked.document]
    return tuple(
        _answer(line, counted)
        for line in lines(document)
        if not asked.covers or _within(line.number, asked.covers)
    )


def document_lines(document: str) -> list[str]:
    """Return a document's lines as editors count them: a form feed, say, ends none."""
    return document.replace("\r\n", "\n").split("\n")


def lines(document: str) -> Iterator[Line]:
    """Yield the lines of all fenced blocks, in order."""
    for block in _blocks(document):
        yield from _classified(block)


def _blocks(document: str) -> Iterator[list[tuple[int, str]]]:
    fence, block = "", list[tuple[int, str]]()
    for number, line in enumerate(document_lines(document), start=1):
        found = _FENCE.match(line)
        if not fence:
            if found:
                fence, block = found[1], []
        elif found and found[1].startswith(fence) and not found[2].strip():
            yield block
            fence = ""
        elif line.strip():
            block.append((number, line))
    if fence:
        yield block


def _classified(block: list[tuple[int, str]]) -> Iterator[Line]:
    prompts = any(_PROMPT.match(text) for _, text in block)
    typed = not prompts and bool(block) and reads_as_command(block[0][1])
    for number, text in block:
        if found := _PROMPT.match(text):
            yield Line(number, Kind.COMMAND, found["command"].rstrip())
        elif typed and reads_as_command(text):
            yield Line(number, Kind.COMMAND, text.strip())
        else:
            yield Line(number, Kind.CONTENT, text.rstrip())


def reads_as_command(text: str) -> bool:
    """Tell, of a line without a prompt, whether a shell would be meant."""
    words = text.split()
    return bool(words) and words[0] not in _NO_PROGRAMS and _COMMAND.match(text) is not None


def _answer(line: Line, scenarios: Sequence[Scenario]) -> Answer:
    named = [
        step
        for one in scenarios
        for step in (*one.steps, *one.cleanup)
        if _within(line.number, step.document)
    ]
    good = [step for step in named if line.kind is Kind.CONTENT or _stands_for(step, line.text)]
    if good:
        return Answer(line, tuple(step.name for step in good))
    for one in scenarios:
        for gap in one.uncovered:
            if _within(line.number, gap.lines):
                return Answer(line, reason=gap.reason)
    if named:
        told = f"{named[0].name!r} names the line, does not type it, and has no `differs` that says why"
        return Answer(line, complaint=told)
    return Answer(line)


def _stands_for(step: Step, command: str) -> bool:
    """Tell whether *step* types *command*, or owns up to doing something else in its place."""
    typed = step.action.command.splitlines() if isinstance(step.action, Run) else []
    return step.differs is not None or command.split() in [line.split() for line in typed]


def _within(number: int, ranges: Sequence[Lines]) -> bool:
    return any(one.first <= number <= one.last for one in ranges)
