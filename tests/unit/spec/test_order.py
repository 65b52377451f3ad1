"""Scenarios are played after those that they need, each once; circles and gaps are told."""

from __future__ import annotations

import pytest

from lab.errors import SpecError
from lab.spec.order import in_order


@pytest.fixture
def write(tmp_path):
    def write(name, *needs, called=None):
        path = tmp_path / f"{name}.yaml"
        listed = ", ".join(f"{need}.yaml" for need in needs)
        path.write_text(
            f"name: {called or name}\nneeds: {{scenarios: [{listed}]}}\nsteps: [{{name: a, run: b}}]\n"
        )
        return path

    return write


def names(scenarios):
    return [scenario.name for scenario in scenarios]


def test_what_is_asked_for_keeps_its_order(write):
    assert names(in_order([write("b"), write("a")])) == ["b", "a"]


def test_groundwork_comes_first_and_once(write):
    write("ground")
    left, right = write("left", "ground"), write("right", "ground")

    assert names(in_order([write("top", "left", "right"), left, right])) == ["ground", "left", "right", "top"]


def test_alone_leaves_the_groundwork_out(write):
    write("ground")

    assert names(in_order([write("top", "ground")], alone=True)) == ["top"]


def test_a_circle_is_told_with_its_way(write):
    write("a", "b")
    write("b", "c")

    with pytest.raises(SpecError, match=r"c\.yaml:2: needs itself: a\.yaml -> b\.yaml -> c\.yaml -> a\.yaml"):
        in_order([write("c", "a").with_name("a.yaml")])


def test_one_that_needs_itself(write):
    with pytest.raises(SpecError, match=r"needs itself: a\.yaml -> a\.yaml"):
        in_order([write("a", "a")])


def test_chapters_come_in_their_order_before_the_book(write, tmp_path):
    write("ground")
    write("b", "ground")
    write("a")
    book = tmp_path / "book.yaml"
    book.write_text("name: book\nchapters: [b.yaml, a.yaml]\n")

    assert names(in_order([book])) == ["ground", "b", "a", "book"]
    assert names(in_order([book], alone=True)) == ["b", "a", "book"]


def test_a_book_that_is_its_own_chapter_is_told_with_its_line(tmp_path):
    book = tmp_path / "book.yaml"
    book.write_text("name: book\nchapters:\n- book.yaml\n")

    with pytest.raises(SpecError, match=r"book\.yaml:3: needs itself: book\.yaml -> book\.yaml"):
        in_order([book])


def test_all_problems_of_all_files_at_once(write, tmp_path):
    bad = write("bad")
    bad.write_text("nmae: a")

    with pytest.raises(SpecError) as caught:
        in_order([bad, tmp_path / "no.yaml", write("gap", "missing")])

    text = "\n".join(caught.value.problems)
    assert "bad.yaml:1:1: unknown key 'nmae'" in text
    assert "no.yaml: no such file" in text
    assert "missing.yaml: no such file beside the scenario" in text


def test_two_files_of_one_name(write):
    with pytest.raises(SpecError, match="the name 'same' is also that of"):
        in_order([write("a", called="same"), write("b", called="same")])
