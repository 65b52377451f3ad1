"""The coverage of a document, as people and programs read it."""

from __future__ import annotations

import json

from lab.report.covered import as_json, as_text
from lab.spec.coverage import Answer, Kind, Line

ANSWERS = (
    Answer(Line(4, Kind.COMMAND, "kubectl get crd"), ("the kinds",)),
    Answer(Line(5, Kind.CONTENT, "NAME  \x1b[31mCREATED"), ("the kinds",)),
    Answer(Line(6, Kind.CONTENT, "a.test"), ("the kinds",)),
    Answer(Line(9, Kind.COMMAND, "vim " + "a" * 99), reason="nobody types here"),
    Answer(Line(10, Kind.COMMAND, "date"), complaint="'clock' names the line"),
    Answer(Line(11, Kind.COMMAND, "ls")),
)


def test_commands_have_a_row_each_and_content_one_for_all_that_is_alike():
    assert as_text(ANSWERS).splitlines() == [
        f"  4  command  {'kubectl get crd':<60}  the kinds",
        f"5-6  content  {'NAME  CREATED':<60}  the kinds",
        f"  9  command  vim {'a' * 53}...  not covered: nobody types here",
        f" 10  command  {'date':<60}  NOT COVERED: 'clock' names the line",
        f" 11  command  {'ls':<60}  NOT COVERED",
        "",
        "3 of 6 lines covered, 1 left out with a reason, 2 not covered",
    ]


def test_json_has_every_line():
    whole = json.loads(as_json(ANSWERS))

    assert {key: whole[key] for key in ("covered", "left_out", "gaps")} == {
        "covered": 3,
        "left_out": 1,
        "gaps": 2,
    }
    assert [line["line"] for line in whole["lines"]] == [4, 5, 6, 9, 10, 11]
    assert whole["lines"][3]["reason"] == "nobody types here"


def test_nothing_asked_for():
    assert as_text(()) == "no line of a code block is asked for\n"
