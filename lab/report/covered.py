"""`lab scenario coverage`, as text and as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

from lab.report.plain import plain
from lab.spec.coverage import Answer, Kind

WIDTH = 60
"""Characters of a line that are shown: enough to know it again."""


def as_text(answers: Sequence[Answer]) -> str:
    """Return a row for each command, and one for each run of content lines that have the same answer."""
    rows = [_row(list(group)) for _, group in groupby(answers, key=_alike)]
    columns = [max((len(row[index]) for row in rows), default=0) for index in range(3)]
    lines = [
        f"{number:>{columns[0]}}  {kind:<{columns[1]}}  {text:<{columns[2]}}  {said}"
        for number, kind, text, said in rows
    ]
    return "\n".join([*lines, *([""] if lines else []), _total(answers)]) + "\n"


def as_json(answers: Sequence[Answer]) -> str:
    whole = {
        "lines": [
            {
                "line": answer.line.number,
                "kind": answer.line.kind,
                "text": answer.line.text,
                "steps": answer.steps,
                "reason": answer.reason,
                "complaint": answer.complaint,
            }
            for answer in answers
        ],
        **_counts(answers),
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _alike(answer: Answer) -> tuple[object, ...]:
    single = answer.line.number if answer.line.kind is Kind.COMMAND else 0
    return (single, answer.steps, answer.reason, answer.complaint)


def _row(group: list[Answer]) -> tuple[str, str, str, str]:
    first, last = group[0].line, group[-1].line
    number = str(first.number) if first is last else f"{first.number}-{last.number}"
    text = plain(first.text)
    text = text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."
    return number, first.kind, text, plain(_said(group[0]))


def _said(answer: Answer) -> str:
    if answer.steps:
        return "; ".join(answer.steps)
    why = answer.reason or answer.complaint
    return f"not covered: {why}" if answer.reason else f"NOT COVERED{f': {why}' if why else ''}"


def _total(answers: Sequence[Answer]) -> str:
    if not answers:
        return "no line of a code block is asked for"
    counts = _counts(answers)
    without = f"{counts['left_out']} left out with a reason, {counts['gaps']} not covered"
    return f"{counts['covered']} of {len(answers)} lines covered, {without}"


def _counts(answers: Sequence[Answer]) -> dict[str, int]:
    covered = sum(bool(answer.steps) for answer in answers)
    gaps = sum(answer.is_gap for answer in answers)
    return {"covered": covered, "left_out": len(answers) - covered - gaps, "gaps": gaps}
