"""Which step replays or checks which line of the document. Pure.

What counts are the lines of a Markdown document's code blocks (`blocks`), blank ones left out. A line is a
command when it begins with a prompt (`prompts`), when it goes on with such a command, or, in a block without
prompts that is a script or whose first line reads as a command, when it reads as one itself. All else is
content: output, or a file's text.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.spec import prompts
from lab.spec.actions import Run
from lab.spec.blocks import Block, blocks
from lab.spec.scenario import Lines, Scenario, Step


class Kind(enum.StrEnum):
    COMMAND = "command"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a code block, counted from 1 in the whole document. *text* is without the prompt."""

    number: int
    kind: Kind
    text: str
    command: str = ""
    """The whole of a command of several lines, of which this is one; empty where it has one line."""


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


def lines(document: str) -> Iterator[Line]:
    """Yield the lines of all code blocks, in order."""
    for block in blocks(document):
        yield from _classified(block)


def _classified(block: Block) -> Iterator[Line]:
    texts = [text for _, text in block.lines]
    bare = prompts.has_bare_prompts(block.language, texts)
    commands = [prompts.typed(text, bare=bare) for text in texts]
    if not any(commands) and _is_typed(block):
        commands = [text.strip() if prompts.reads_as_command(text) else None for text in texts]
    left = list(zip(block.lines, commands, strict=True))
    while left:
        (number, text), command = left.pop(0)
        if command is None:
            yield Line(number, Kind.CONTENT, text.rstrip())
            continue
        more = prompts.further(command, (text for (_, text), _ in left))
        whole = "\n".join([command, *more]) if more else ""
        yield Line(number, Kind.COMMAND, command, whole)
        for text in more:
            (number, _), _ = left.pop(0)
            yield Line(number, Kind.COMMAND, text, whole)


def _is_typed(block: Block) -> bool:
    """Tell, of a block without prompts, whether it shows what is typed."""
    if block.language in prompts.FILES or not block.lines:
        return False
    return block.language in prompts.SCRIPTS or prompts.reads_as_command(block.lines[0][1])


def _answer(line: Line, scenarios: Sequence[Scenario]) -> Answer:
    named = [
        step
        for one in scenarios
        for step in (*one.steps, *one.cleanup)
        if _within(line.number, step.document)
    ]
    good = [
        step for step in named if line.kind is Kind.CONTENT or _stands_for(step, line.command or line.text)
    ]
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
    return step.differs is not None or prompts.key(command) in _typed_by(step)


def _typed_by(step: Step) -> set[tuple[str, ...]]:
    """Return every line of the step's `run`, alone and with the lines that belong to it."""
    typed = step.action.command.splitlines() if isinstance(step.action, Run) else []
    wholes = [
        "\n".join([line, *prompts.further(line, typed[index + 1 :])]) for index, line in enumerate(typed)
    ]
    return {prompts.key(command) for command in (*typed, *wholes)}


def _within(number: int, ranges: Sequence[Lines]) -> bool:
    return any(one.first <= number <= one.last for one in ranges)
