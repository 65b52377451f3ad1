"""What was seen, against what was expected."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from lab.spec.scenario import Expectation, Outcome


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a step brings along beside text: a picture of a page."""

    name: str
    media_type: str
    content: Annotated[bytes, Field(exclude=True)] = b""
    """Not part of an event: the journal keeps it in a file of its own."""
    file: str = ""
    """Where in the run's folder; empty as long as nobody has kept it."""


@dataclass(frozen=True, slots=True)
class Observation:
    """How an attempt ended, with its evidence. A failed attempt is an answer, not an exception."""

    outcome: Outcome
    detail: str = ""
    """What the tool said."""
    seconds: float = 0.0
    attachments: tuple[Attachment, ...] = ()


class Verdict(enum.StrEnum):
    PASSED = "passed"  # as expected
    FAILED = "failed"  # not as expected: a finding
    ERRORED = "errored"  # the lab could not even try
    SKIPPED = "skipped"  # an earlier step did not pass, or it was not selected


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reason: str = ""


def judge(expected: Expectation, seen: Observation) -> Judgement:
    """Compare *seen* with *expected*; the reason names the first difference."""
    if seen.outcome is not expected.outcome:
        return Judgement(Verdict.FAILED, f"expected: {expected.outcome}; seen: {seen.outcome}")
    for pattern in expected.says:
        if not pattern.search(seen.detail):
            return Judgement(Verdict.FAILED, f"the output does not match {pattern.pattern!r}")
    for pattern in expected.never_says:
        if found := pattern.search(seen.detail):
            return Judgement(Verdict.FAILED, f"the output says {found.group()!r}, which it must not")
    return Judgement(Verdict.PASSED)
