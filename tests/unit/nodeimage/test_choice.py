"""Which node image is taken: the user's, else one that is there, else kind's own, else one made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.errors import LabError
from lab.nodeimage import choice
from lab.nodeimage.binaries import kubernetes_version
from lab.nodeimage.compose import REPOSITORY
from tests.fakes import FakeShell, completed

RECIPE = Path(__file__).parents[3] / "images" / "node"
OFFICIAL = f"kindest/node:{kubernetes_version(RECIPE)}"
COMPOSED = f"{REPOSITORY}:composed"


class Engine:
    """Images that are there, and those that a registry would give."""

    def __init__(self):
        self.there = set()
        self.registry = set()
        self.shell = FakeShell(self.answer)

    def answer(self, argv):
        if argv[:3] == ("docker", "image", "inspect"):
            found = any(
                one in self.there or (one.startswith(REPOSITORY) and REPOSITORY in self.there)
                for one in argv[3:]
            )
            return completed(exit_code=0 if found else 1)
        if argv[:3] == ("docker", "manifest", "inspect"):
            return completed(exit_code=0 if argv[3] in self.registry else 1)
        if argv[:2] == ("docker", "pull"):
            if argv[2] not in self.registry:
                return completed(stderr="more\nno such host\n", exit_code=1)
            self.there.add(argv[2])
        if argv[0] == "go":
            return completed("go version go1.26.8 linux/amd64\n")
        return completed()


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def said():
    return []


@pytest.fixture
def choose(engine, said, monkeypatch, tmp_path):
    monkeypatch.setattr(choice.compose, "compose", lambda *_, **__: COMPOSED)
    return lambda asked=None: choice.choose(
        engine.shell, asked, cache=tmp_path, recipe=RECIPE, say=said.append
    )


def test_the_users_reference_is_taken_as_it_is(engine, choose):
    engine.there = {"registry.test/node:v1", OFFICIAL}

    assert choose("registry.test/node:v1") == "registry.test/node:v1"


def test_the_users_reference_is_pulled_if_need_be(engine, choose):
    engine.registry = {"registry.test/node:v1"}

    assert choose("registry.test/node:v1") == "registry.test/node:v1"
    assert ("docker", "pull", "registry.test/node:v1") in engine.shell.ran


def test_one_that_cannot_be_had_is_told_with_the_engines_last_word(choose):
    with pytest.raises(LabError, match=r"node image registry\.test/node:v1 is not here .*no such host"):
        choose("registry.test/node:v1")


@pytest.mark.parametrize("asked", ["/nowhere/node.tar", "./node", "node.tar.gz", "~/node.tgz"])
def test_a_path_is_no_reference(engine, choose, asked):
    with pytest.raises(LabError, match="no such file"):
        choose(asked)
    assert engine.shell.ran == []


def test_one_composed_of_this_recipe_goes_before_kinds_own(engine, choose):
    engine.there = {REPOSITORY, OFFICIAL}

    assert choose().startswith(f"{REPOSITORY}:{kubernetes_version(RECIPE)}-")


def test_kinds_own_is_taken_where_it_is(engine, choose, said):
    engine.there = {OFFICIAL}

    assert (choose(), said) == (OFFICIAL, [])


def test_kinds_own_is_pulled_where_a_registry_answers(engine, choose, said):
    engine.registry = {OFFICIAL}

    assert (choose(), said) == (OFFICIAL, [f"pulling {OFFICIAL}"])


def test_else_one_is_made_here(engine, choose):
    assert choose() == COMPOSED
    assert not any(argv[:2] == ("docker", "pull") for argv in engine.shell.ran)
