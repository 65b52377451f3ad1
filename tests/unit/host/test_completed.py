"""How a program ended, in words."""

from __future__ import annotations

import pytest

from lab.errors import CommandFailed
from tests.fakes import completed


def test_both_streams_are_told_stdout_first():
    assert completed("out\n", stderr="err\n").output == "out\nerr"
    assert completed("\n", stderr="err\n").output == "err"
    assert completed().output == ""


@pytest.mark.parametrize(
    ("code", "ok", "ended"),
    [(0, True, "exit code 0"), (3, False, "exit code 3"), (None, False, "timed out after 61 s")],
)
def test_an_end_has_a_name(code, ok, ended):
    done = completed(exit_code=code, seconds=61.2)

    assert (done.ok, done.ended) == (ok, ended)


def test_a_good_end_passes_through_the_check():
    done = completed("fine")

    assert done.check() is done


def test_a_bad_end_is_told_with_the_command_as_typed_and_its_last_lines():
    said = "".join(f"line {number}\n" for number in range(30))

    with pytest.raises(CommandFailed) as caught:
        completed(said, exit_code=1, argv=["echo", "two words"]).check()

    lines = str(caught.value).splitlines()
    assert lines[0] == "echo 'two words': exit code 1"
    assert lines[1:] == [f"line {number}" for number in range(10, 30)]
    assert (caught.value.argv, caught.value.ended) == (("echo", "two words"), "exit code 1")


def test_the_last_line_is_what_was_said_last_else_how_it_ended():
    said = completed("out\n", stderr="first\nlast\n\n", exit_code=1)
    silent = completed("\n", exit_code=1)

    assert (said.last_line, silent.last_line) == ("last", "exit code 1")
