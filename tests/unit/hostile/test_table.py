"""The campaign's table and its judge: what would make a figure worthless."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.hostile import probes, shots, tamper
from tests.hostile.checks import KINDS, Result, duplicates, summary
from tests.hostile.places import PLACES
from tests.hostile.probe import Claim
from tests.hostile.shots import Evidence
from tests.hostile.tripwire import PORTS, Caught

TABLE = probes.probes()
OUTSIDE = ("198.51.100.", "203.0.113.", "233.252.0.", "2001:db8:")


def test_no_two_probes_are_the_same() -> None:
    assert duplicates(one.name for one in TABLE) == []
    assert duplicates(str(dict(one.plan)) + one.place for one in TABLE) == []


def test_each_has_an_outside_address_of_its_own() -> None:
    assert duplicates(address for one in TABLE for address in one.own) == []
    assert [one.name for one in TABLE if not one.own] == []


def test_they_aim_at_nothing_but_the_documentation_ranges_and_the_lab() -> None:
    words = {"GATEWAY", "SITE", "NODE", "POD", "SERVICE"}
    targets = {str(one.plan["dst"]) for one in TABLE}

    assert [one for one in targets if one not in words and not one.startswith(OUTSIDE)] == []
    assert all(
        int(address.rpartition(".")[2]) < 224
        for one in TABLE
        for address in one.own
        if address.startswith("203.")
    )


def test_ports_are_the_tripwires() -> None:
    low, high = map(int, PORTS.split("-"))
    ports = {int(one.plan["dport"]) for one in TABLE if "dport" in one.plan} - {53, 443, 5000}

    assert all(low <= port <= high for port in ports)


def test_places_and_kinds_are_known() -> None:
    assert {one.place for one in TABLE} <= set(PLACES)
    assert {one.kind for one in TABLE} <= set(KINDS)


def test_a_quick_round_meets_each_place_and_each_technique() -> None:
    quick = probes.quick()

    assert 40 < len(quick) < 70
    assert {one.place for one in quick} == {one.place for one in TABLE}
    assert {one.name.rpartition(" from ")[0] for one in quick} == {
        one.name.rpartition(" from ")[0] for one in TABLE
    }


def test_changes_have_names_of_their_own() -> None:
    assert duplicates(f"{one.place}: {one.title}" for changes in tamper.ROUNDS for one in changes) == []


PROBE = next(one for one in TABLE if Claim.SPOOFED in one.claims)
SEEN = {PROBE.number: {"seen": "sent", "seconds": 0.01}}
ROW = {"who": "pod default/plain", "what": PROBE.what, "details": ["spoofed"]}
GOOD = Evidence((), (ROW,), "", SEEN)


def test_what_is_listed_as_spoofed_and_caught_by_nothing_holds() -> None:
    assert shots.judge(PROBE, GOOD).wrong == ""


@pytest.mark.parametrize(
    "evidence",
    [
        replace(GOOD, caught=(Caught("left", "192.0.2.2", min(PROBE.own), "icmp", 1),)),
        replace(GOOD, caught=(Caught("heard", max(PROBE.own), "10.142.18.1", "udp", 1),)),
        replace(GOOD, rows=()),
        replace(GOOD, rows=({**ROW, "details": ["forward"]},)),
        replace(GOOD, rows=({**ROW, "who": "pod default/other"},)),
    ],
)
def test_anything_else_does_not(evidence: Evidence) -> None:
    assert shots.judge(PROBE, evidence).wrong


PLAIN = next(one for one in TABLE if Claim.REFUSED in one.claims)


@pytest.mark.parametrize(
    ("seen", "holds"),
    [
        ({"seen": "refused", "seconds": 0.1}, True),
        ({"seen": "unreachable (no route)", "seconds": 0.1}, True),
        ({"seen": "refused", "seconds": 3.2}, False),
        ({"seen": "times out", "seconds": 1.5}, False),
        ({"seen": "connected", "seconds": 0.1}, False),
    ],
)
def test_a_refusal_is_quick(seen: dict[str, object], *, holds: bool) -> None:
    row = {"who": PLACES[PLAIN.place].owner, "what": PLAIN.what}

    assert shots.judge(PLAIN, Evidence((), (row,), "", {PLAIN.number: seen})).holds is holds


def test_the_summary_has_the_figure_and_each_that_failed() -> None:
    text = summary([Result("A1", "one"), Result("A1", "two", "it left"), Result("A2", "three")])

    assert text.splitlines()[-1] == "2 of 3 hold"
    assert "A1    two: it left" in text
    assert "A1      1 of   2" in text
