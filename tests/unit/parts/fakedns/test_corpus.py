"""The lab's reader against BIND's recorded verdicts; a docker test holds the record to BIND itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import zonecorpus

FIDELITY = Path(__file__).parents[4] / "docs" / "fidelity.md"
LISTED = {
    "https-alias-params": "HTTPS and SVCB of priority 0 with parameters",
    "ds-of-the-server": "a DS record of the name server that the line above names",
    "types-not-read": "SIG, NXT, A6, EID, NIMLOC",
}
"""Cases in which the lab differs, and how docs/fidelity.md calls it."""
MILD = ("warning:", "ignoring", "TTL set to", "using", "appears to be")
"""In what BIND says of lines that it takes."""
CASES = list(zonecorpus.cases())


@pytest.fixture(scope="module")
def recorded():
    return zonecorpus.recorded()


@pytest.fixture(scope="module")
def zones():
    return {case.name: zonecorpus.read(case) for case in CASES}


def test_the_record_is_of_this_corpus_and_has_enough_of_each_verdict(recorded):
    words = [verdict.word for verdict in recorded.values()]

    assert set(recorded) == {zonecorpus.key(case) for case in CASES}
    assert len(list(zonecorpus.BY_HAND.glob("*.zone"))) >= 40
    assert min(words.count(word) for word in ("refused", "warned", "clean")) >= 100


def test_each_verdict_is_binds(recorded, zones):
    differing = {
        case.name: (zonecorpus.word(zones[case.name]), recorded[zonecorpus.key(case)].word)
        for case in CASES
        if zonecorpus.word(zones[case.name]) != recorded[zonecorpus.key(case)].word
    }

    assert set(differing) == set(LISTED), differing


def test_what_is_loaded_is_what_bind_loads(recorded, zones):
    differing = [
        case.name
        for case in CASES
        if (loaded := recorded[zonecorpus.key(case)].loaded)
        and case.name not in LISTED
        and loaded != zonecorpus.digest(zonecorpus.own(zones[case.name]))
    ]

    assert differing == []
    assert sum(bool(verdict.loaded) for verdict in recorded.values()) >= 200


def test_there_are_as_many_warnings_as_bind_has(recorded, zones):
    counts = {
        case.name: (len(zones[case.name].warnings), len(verdict.lines))
        for case in CASES
        if (verdict := recorded[zonecorpus.key(case)]).word == "warned"
    }

    assert {name: pair for name, pair in counts.items() if pair[0] != pair[1]} == {}


def test_a_refused_zone_is_refused_at_a_line_that_bind_names(recorded, zones):
    """BIND names the line on which a record ends, the lab the one on which it begins."""
    missed = []
    for case in CASES:
        verdict = recorded[zonecorpus.key(case)]
        theirs = {
            int(part)
            for line in verdict.lines
            if not any(mild in line for mild in MILD)
            for part in line.split(":")[1:3]
            if part.strip().isdigit()
        }
        if case.name in LISTED:
            continue
        ours = {problem.line for problem in zones[case.name].problems}
        if verdict.word == "refused" and theirs and not any(abs(a - b) <= 3 for a in theirs for b in ours):
            missed.append((case.name, theirs, ours))

    assert missed == []


def test_each_difference_is_listed():
    text = FIDELITY.read_text()

    assert [name for name in LISTED.values() if name not in text] == []
