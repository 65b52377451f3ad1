"""What is shown of long texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.report.excerpts import AT_ONCE, MOST, WIDEST, excerpt, shortened
from lab.spec.scenario import Lines


def test_a_short_output_is_shown_whole():
    assert shortened("\n a\nb\n\n").head == " a\nb"
    assert shortened("\n".join("a" * (AT_ONCE + 4))).rest == ""


def test_a_longer_one_is_folded():
    shown = shortened("\n".join(map(str, range(AT_ONCE + 5))))

    assert shown.head.splitlines()[-1] == str(AT_ONCE - 1)
    assert shown.rest.splitlines() == [str(number) for number in range(AT_ONCE, AT_ONCE + 5)]
    assert shown.folded == 5


def test_a_huge_one_says_what_it_leaves_out():
    shown = shortened("\n".join(map(str, range(MOST + 900))))

    assert f"(... {900} lines are left out here ...)" in shown.rest
    assert shown.rest.splitlines()[-1] == str(MOST + 899)


def test_a_line_is_bounded_too():
    assert shortened("a" * (WIDEST + 7)).head == "a" * WIDEST + " (... 7 more characters)"


@given(st.text())
def test_no_output_is_too_much(text):
    shown = shortened(text * 50)

    assert len(shown.head) + len(shown.rest) <= (MOST + 1) * (WIDEST + 40)


def test_the_documents_lines_are_numbered_and_without_fences():
    document = ["intro", "```", "# ls", "\x1b[1ma", "```"]

    assert excerpt(document, (Lines(first=2, last=5), Lines(first=1, last=1))) == (
        (3, "# ls"),
        (4, "a"),
        (1, "intro"),
    )


def test_lines_beyond_the_end_are_not_there():
    assert excerpt(["a"], (Lines(first=1, last=9_999_999), Lines(first=5, last=6))) == ((1, "a"),)
    assert excerpt([], (Lines(first=1, last=3),)) == ()
