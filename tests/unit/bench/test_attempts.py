"""Known attempts: no two alike, each found or missed by what the ledger says."""

from __future__ import annotations

import itertools

from tests.bench import attempts as known
from tests.bench.completeness import SMALL, WHOLE

WANTED = known.attempts(
    "pod default/a", 1000, itertools.count(1), resolver="10.233.0.10", site="10.142.18.191"
)
ROWS = [{"who": one.who, "what": one.what, "infrastructure": False} for one in WANTED]


def test_there_are_as_many_as_the_sizes_say() -> None:
    assert (WHOLE.attempts, SMALL.attempts) == (1000, 100)


def test_no_two_are_the_same_and_each_kind_has_its_tenth() -> None:
    assert len({one.what for one in WANTED}) == 1000
    assert sum(one.what.endswith("/icmp") for one in WANTED) == 100
    assert sum("2001:db8:" in one.what for one in WANTED) == 300


def test_a_whole_ledger_is_whole() -> None:
    seen = known.score(WANTED, ROWS)

    assert (seen.found, seen.right, seen.invented) == (1000, 1000, [])


def test_what_is_missing_wrong_or_invented_is_said() -> None:
    other = {**ROWS[1], "who": "pod default/b"}
    invented = {"who": "pod default/a", "what": "198.51.100.9:1/tcp", "infrastructure": False}
    seen = known.score(WANTED[:3], [other, ROWS[2], invented])

    assert (seen.found, seen.right) == (2, 1)
    assert seen.missing == [f"pod default/a {WANTED[0].what}"]
    assert seen.invented == ["pod default/a 198.51.100.9:1/tcp"]
    assert "as pod default/b" in seen.wrong[0]


def test_one_under_two_names_is_not_right() -> None:
    seen = known.score(WANTED[:1], [ROWS[0], {**ROWS[0], "who": "node localnode-2"}])

    assert (seen.found, seen.right) == (1, 0)


def test_the_program_runs_each_by_itself() -> None:
    text = known.script(WANTED[:10])

    assert text.count("{ ") == 10
    assert "printf '\\x12\\x67" in text
