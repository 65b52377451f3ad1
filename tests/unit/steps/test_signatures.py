"""Real tool output, kept verbatim, and the outcome that it is. The lab's knowledge is in these tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.spec.actions import Resolve
from lab.steps import names, signatures, web
from tests.fakes import completed

DATA = Path(__file__).parents[2] / "data" / "signatures"


def cases(name):
    loaded = yaml.safe_load((DATA / f"{name}.yaml").read_text())
    return [pytest.param(case, id=case["what"]) for case in loaded]


def ended(case):
    return completed(
        case.get("stdout", ""), stderr=case.get("stderr", ""), exit_code=case["exit_code"]
    )  # fmt: skip


@pytest.mark.parametrize("case", cases("commands"))
def test_commands(case):
    assert case["outcome"] == signatures.of_command(ended(case))


@pytest.mark.parametrize("case", cases("fetches"))
def test_fetches(case):
    assert case["outcome"] == web.outcome(ended(case))


@pytest.mark.parametrize("case", cases("answers"))
def test_answers(case):
    seen = names.observed(Resolve(host="any.test"), ended(case))

    assert case["outcome"] == seen.outcome
    assert tuple(case["found"]) == names.answers(Resolve(host="any.test"), ended(case))


FOUND = completed("by getent\n192.0.2.1 STREAM a\n2001:DB8::1 STREAM a\n::ffff:192.0.2.9 STREAM a\n")


def test_a_wanted_answer_that_is_given():
    assert names.observed(Resolve(host="a", answer="2001:db8::1"), FOUND).outcome == "succeeds"


def test_a_wanted_answer_that_is_not_given():
    seen = names.observed(Resolve(host="a", answer="192.0.2.9"), FOUND)

    assert seen.outcome == "fails"
    assert "(answers: 192.0.2.1, 2001:db8::1; 192.0.2.9 is not among them)" in seen.detail
