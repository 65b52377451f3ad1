from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Sequence

import pytest

from helm2 import names
from helm2.__main__ import ATTEMPTS, TAKEN, perform
from helm2.translate import Call, translate

STATUS = "NAME: x\nSTATUS: deployed\n"


class Helm:
    """The real program, as far as it is asked: names in use, and what ends badly."""

    def __init__(self, taken: Sequence[str] = (), fails: str = "") -> None:
        self.taken, self.fails = taken, fails
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        self.calls.append(tuple(argv))
        if argv[0] == self.fails:
            return subprocess.CompletedProcess(argv, 1, "", "Error: it fails\n")
        if argv[0] == "install" and argv[1] in self.taken:
            return subprocess.CompletedProcess(argv, 1, "", f"Error: INSTALLATION FAILED: {TAKEN}\n")
        return subprocess.CompletedProcess(argv, 0, STATUS if argv[0] == "status" else "done\n", "")


def play(helm: Helm, line: str, made_up: Sequence[str] = ("a-b",)) -> int:
    left = iter(made_up)
    call = translate(line.split(), lambda: next(left))
    return perform(call, lambda: translate(line.split(), lambda: next(left)), helm)


def test_an_installation_is_shown_as_helm_2_did(capsys: pytest.CaptureFixture[str]):
    helm = Helm()

    assert play(helm, "install .") == 0
    assert [call[:2] for call in helm.calls] == [("install", "a-b"), ("status", "a-b")]
    assert capsys.readouterr().out == "NAME:   x\nSTATUS: DEPLOYED\n"


def test_where_the_status_cannot_be_had_what_the_installation_said_is_shown(
    capsys: pytest.CaptureFixture[str],
):
    assert play(Helm(fails="status"), "install .") == 0
    assert capsys.readouterr().out == "done\n"


def test_another_name_is_made_up_for_one_in_use():
    helm = Helm(taken=["a-b", "c-d"])

    assert play(helm, "install .", ["a-b", "c-d", "e-f"]) == 0
    assert helm.calls[-1] == ("status", "e-f", "--show-resources")


def test_not_for_ever(capsys: pytest.CaptureFixture[str]):
    helm = Helm(taken=["a-b"])

    assert play(helm, "install .", ["a-b"] * (ATTEMPTS + 1)) == 1
    assert len(helm.calls) == ATTEMPTS
    assert TAKEN in capsys.readouterr().err


def test_a_name_that_was_given_is_not_replaced():
    helm = Helm(taken=["shelf"])

    assert play(helm, "install --name shelf .") == 1
    assert len(helm.calls) == 1


def test_a_failure_is_helm_s_own(capsys: pytest.CaptureFixture[str]):
    assert play(Helm(fails="install"), "install .") == 1
    assert capsys.readouterr().err == "Error: it fails\n"


def test_a_removal_says_what_helm_says(capsys: pytest.CaptureFixture[str]):
    helm = Helm()

    assert perform(Call(("uninstall", "a-b")), lambda: Call(()), helm) == 0
    assert capsys.readouterr().out == "done\n"


def test_names_are_an_adjective_and_an_animal():
    made = {names.make_up(random.Random(seed)) for seed in range(200)}  # noqa: S311  names, not secrets

    assert len(made) > 100
    assert all(re.fullmatch("[a-z]+-[a-z]+", name) for name in made)
    assert {name.split("-")[0] for name in made} <= set(names.ADJECTIVES)
    assert {name.split("-")[1] for name in made} <= set(names.ANIMALS)


@pytest.mark.parametrize("words", [names.ADJECTIVES, names.ANIMALS])
def test_no_word_is_there_twice(words: tuple[str, ...]):
    assert len(set(words)) == len(words)
