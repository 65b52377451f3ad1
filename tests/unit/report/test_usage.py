"""Samples become a peak and two curves; a torn last line is left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lab.errors import SpecError
from lab.report.usage import ALL, GIB, REST, Part, Sample, as_line, curves, parse, peak
from tests.unit.story import START

SAMPLES = [
    Sample(START, {"n1": Part(10.0, GIB), "dns": Part(1.0, GIB // 2)}),
    Sample(START + timedelta(seconds=60), {"n1": Part(70.0, 3 * GIB), "dns": Part(1.0, GIB // 2)}),
    Sample(START + timedelta(seconds=120), {"n1": Part(100.0, 2 * GIB), "dns": Part(31.0, GIB // 2)}),
]


def drawn(samples=SAMPLES, **rest):
    return list(curves(samples, nodes=["n1"], begun=START, **rest))


def test_lines_come_back_and_a_torn_one_is_left_out():
    text = "".join(as_line(sample) + "\n" for sample in SAMPLES)

    assert list(parse(text, "usage.jsonl")) == SAMPLES
    assert list(parse(text + as_line(SAMPLES[0])[:20], "usage.jsonl")) == SAMPLES


def test_a_line_that_is_no_sample_is_told():
    with pytest.raises(SpecError, match=r"usage\.jsonl:1: not a sample"):
        parse("{}\n\n", "usage.jsonl")


def test_the_peak_is_of_the_whole_lab_at_one_moment():
    top = peak(SAMPLES)

    assert (top.memory, top.at) == (3.5 * GIB, SAMPLES[1].at)
    assert top.parts == {"n1": 3 * GIB, "dns": GIB // 2}


def test_without_samples_there_is_none():
    assert peak([]) is None
    assert drawn([]) == []


def test_the_curves_have_nodes_and_the_rest():
    processors, memory = drawn()

    assert [one.name for one in processors.series] == ["n1", REST]
    assert [one.name for one in memory.series] == ["n1", REST, ALL]
    assert [len(one.points) for one in processors.series] == [2, 2]
    assert processors.summary == f"highest: n1 1.00, {REST} 0.50"
    assert memory.summary == f"highest: n1 3.00, {REST} 0.50, {ALL} 3.50"


def test_a_part_that_began_again_takes_nothing_back():
    again = [*SAMPLES[:2], Sample(SAMPLES[2].at, {"n1": Part(2.0, GIB)})]

    n1 = drawn(again)[0].series[0]
    assert (n1.points[-1][1], n1.points[0][1] < n1.points[-1][1]) == (88.0, True)


def test_samples_at_the_same_moment_give_no_rate():
    twice = [SAMPLES[0], SAMPLES[0], *SAMPLES[1:]]

    assert drawn(twice)[0].summary == drawn()[0].summary


def test_marks_stand_where_their_moment_is_and_others_are_left_out():
    (mark,) = drawn(marks=[START + timedelta(seconds=60), START + timedelta(hours=3)])[1].marks

    assert mark == pytest.approx((11 + 98) / 2)
