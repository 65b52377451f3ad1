"""Numbers of an output become positions on a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.report.curves import BOTTOM, LEFT, MOST_POINTS, MOST_SERIES, RIGHT, TOP, curve
from lab.spec.scenario import Plot

PLOT = Plot(title="loss", pattern=r"^(?:(?P<series>\w+): )?(?P<x>\S+) (?P<y>\S+)$")


def test_the_first_and_the_last_number_stand_at_the_edges():
    found = curve(PLOT, "0 10\n1 5\nnothing here at all\n2 0\n")

    (one,) = found.series
    assert one.points == ((LEFT, TOP), (round((LEFT + RIGHT) / 2, 2), (TOP + BOTTOM) / 2), (RIGHT, BOTTOM))
    assert [tick.label for tick in found.across] == ["0", "1", "2"]
    assert [tick.label for tick in found.up] == ["0", "2", "4", "6", "8", "10"]
    assert found.summary == "10 at 0, 0 at 2"


def test_each_series_is_a_line_of_its_own():
    found = curve(PLOT, "a: 0 1\nb: 0 2\na: 1 3\nb: 1 4\n")

    assert [one.name for one in found.series] == ["a", "b"]
    assert found.summary == "series a: 1 at 0, 3 at 1; series b: 2 at 0, 4 at 1"


def test_a_line_that_was_printed_twice_counts_once():
    assert len(curve(PLOT, "0 1\n1 2\n0 1\n1 2\n").series[0].points) == 2


@pytest.mark.parametrize("output", ["", "0 1\n", "a b\nc d\n", "0 nan\n1 inf\n", "0 1e999\n1 2\n"])
def test_fewer_than_two_numbers_are_no_curve(output):
    assert curve(PLOT, output) is None


def test_a_pattern_without_series_is_one_curve():
    plain = Plot(title="a", pattern=r"(?P<x>\d) (?P<y>\d)")

    assert [one.name for one in curve(plain, "1 2\n2 3\n").series] == [""]


def test_many_numbers_are_thinned_and_the_last_is_kept():
    found = curve(PLOT, "\n".join(f"{number} {number}" for number in range(10 * MOST_POINTS)))

    assert len(found.series[0].points) <= MOST_POINTS + 1
    assert found.series[0].points[-1][0] <= RIGHT
    assert found.summary.endswith(f"at {10 * MOST_POINTS - 1:g}")


def test_more_series_than_eyes_can_tell_are_left_out():
    found = curve(PLOT, "\n".join(f"s{number}: {x} 1" for number in range(99) for x in (0, 1)))

    assert len(found.series) == MOST_SERIES


@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=30))
def test_everything_is_within_the_frame(numbers):
    found = curve(PLOT, "\n".join(f"{x!r} {y!r}" for x, y in numbers))

    for one in found.series if found else ():
        for left, top in one.points:
            assert LEFT - 0.01 <= left <= RIGHT + 0.01
            assert TOP - 0.01 <= top <= BOTTOM + 0.01
