"""A part of the hostile campaign, and of the ledger's completeness, on every change; `make hostile` has all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench import completeness
from tests.hostile import names, replies, shots
from tests.hostile.checks import Result, summary
from tests.hostile.places import Ground
from tests.hostile.probes import quick
from tests.hostile.tripwire import Tripwire, strung

pytestmark = pytest.mark.kind


@pytest.fixture(scope="module")
def attacked(name: str) -> Iterator[tuple[Ground, Tripwire]]:
    ground = Ground.of(name)
    ground.start()
    try:
        ground.start_pods()
        with strung(ground) as wire:
            yield ground, wire
    finally:
        ground.stop_pods()
        ground.stop_tool()
        # Frames that no rule of their namespace sees are stopped by the wall: leaks, which others must not meet.
        ground.lab("egress", "--acknowledge")


def failed(results: list[Result]) -> str:
    return "" if all(one.holds for one in results) else summary(results)


def test_what_belongs_to_the_lab_works_and_the_tripwire_sees(attacked: tuple[Ground, Tripwire]) -> None:
    assert failed(replies.twins(*attacked)) == ""


def test_the_tables_probes_stay_inside_and_are_named(attacked: tuple[Ground, Tripwire]) -> None:
    assert failed(shots.shoot(*attacked, quick(), patient=False)) == ""


def test_nobody_reaches_the_host_by_anothers_answer(attacked: tuple[Ground, Tripwire]) -> None:
    assert failed(replies.replies(*attacked)) == ""


def test_nobody_asks_in_anothers_name(attacked: tuple[Ground, Tripwire]) -> None:
    assert failed(names.forged(*attacked)) == ""


def test_a_hundred_known_attempts_are_found_and_rightly_named(name: str) -> None:
    seen = completeness.compare(Ground.of(name), completeness.SMALL)

    assert seen.attempts == 100
    assert (seen.found, seen.right, seen.invented) == (100, 100, []), str(seen)
