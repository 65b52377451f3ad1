"""An observation against an expectation, as a table."""

from __future__ import annotations

import pytest

from lab.spec.scenario import Expectation, Outcome
from lab.verdict import Judgement, Observation, Verdict, judge


def expect(outcome="succeeds", says=(), never_says=()):
    return Expectation.model_validate({"outcome": outcome, "says": says, "never-says": never_says})


PASSED = Judgement(Verdict.PASSED)


@pytest.mark.parametrize(
    ("expected", "outcome", "detail", "judgement"),
    [
        (expect(), "succeeds", "", PASSED),
        (expect("unresolved"), "unresolved", "", PASSED),
        (expect(says="^ok$"), "succeeds", "one\nok\n", PASSED),
        (expect(never_says="error"), "succeeds", "ok", PASSED),
        (expect(), "fails", "", "expected: succeeds; seen: fails"),
        (expect("unresolved"), "times-out", "", "expected: unresolved; seen: times-out"),
        (expect("unreachable"), "succeeds", "", "expected: unreachable; seen: succeeds"),
        (expect("unreachable"), "leaks", "", "expected: unreachable; seen: leaks"),
        (expect(says=["a", "b"]), "succeeds", "a", "the output does not match 'b'"),
        (expect(says="^ok$"), "succeeds", "ok?", "the output does not match '^ok$'"),
        (expect(never_says="err.r"), "succeeds", "an error", "the output says 'error', which it must not"),
        (expect("fails", says="a"), "succeeds", "a", "expected: fails; seen: succeeds"),
    ],
)
def test_judge(expected, outcome, detail, judgement):
    if isinstance(judgement, str):
        judgement = Judgement(Verdict.FAILED, judgement)

    assert judge(expected, Observation(Outcome(outcome), detail)) == judgement
