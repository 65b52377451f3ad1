"""The table at the end, and the plan of a dry run."""

from __future__ import annotations

from pathlib import Path

from lab.events import RunFinished
from lab.report.text import as_plan, as_text
from lab.report.usage import Part, Sample
from lab.spec.reading import read_scenario
from tests.unit.story import BOOK, EVENTS, at

DATA = Path(__file__).parents[2] / "data"


def test_the_whole_table():
    assert as_text(EVENTS) == (DATA / "reports" / "story.txt").read_text()


def test_a_journal_that_was_cut_off_says_where():
    cut = EVENTS[:9]  # while the log is looked at
    text = as_text(cut)

    assert "  the journal ends here, in 'the log': the run was cut off\n" in text
    assert text.splitlines()[-1].endswith("cut off")
    assert "DID NOT HOLD" in text


def test_an_interrupted_run_says_so():
    assert as_text([*EVENTS[:-1], RunFinished(interrupted=True, at=at(833))]).endswith(", interrupted\n")


def test_nothing_played():
    assert as_text([]) == "no scenario was played\n"


def test_the_plan_names_every_step_and_does_nothing():
    scenario = read_scenario(DATA / "scenarios" / "good" / "full.yaml")
    text = as_plan([scenario], unselected=frozenset({"a command"}))

    assert (
        "  - a command (left out) (at most 60 s)  [lines 573-577]\n      kubectl get crd | grep pytorch\n"
        in text
    )
    assert "  - a name -> unresolved (at most 60 s)\n      resolve yann.lecun.test A\n" in text
    assert text.index("then delete what 'objects of a file' applied") < text.index(
        "then delete what 'objects' applied"
    )
    assert text.index("whatever happened:") < text.index("the sinkhole again")
    assert all(step.name in text for step in (*scenario.steps, *scenario.cleanup))


def test_a_book_has_a_row_for_each_chapter():
    lines = as_text(BOOK).splitlines()
    rows = lines[lines.index("book: both `chapters`") :]

    assert rows[:4] == [
        "book: both `chapters`",
        "  ok      one       10 s, cleanup 4.0 s       1 passed",
        "  ok      two       30 s, cleanup 1.0 s       1 passed",
        "  2 of 2 chapters held, in 45 s: held",
    ]


def test_what_the_document_has_wrong_comes_before_the_last_line():
    assert as_text(BOOK).endswith(
        "\n\nWhat guide.md itself has wrong:\n  lines 2-9: the `token` is <printed>\n\n2 of 2 scenarios held, in 45 s\n"
    )


def test_the_last_line_has_the_peak_of_memory():
    samples = [Sample(at(1), {"a": Part(0, 2**30), "b": Part(0, 2**29)}), Sample(at(2), {"a": Part(0, 5)})]

    assert as_text(EVENTS, samples=samples).endswith(", 1.50 GiB of memory at the peak\n")
