"""How `load` is written: reading and the schema agree on it."""

from __future__ import annotations

import jsonschema
import pytest
import yaml

from lab.errors import SpecError
from lab.spec.actions import Load
from lab.spec.reading import parse_scenario
from lab.spec.schema import schema
from lab.spec.words import describe

NAME = "katacoda/tensorflow_serving:localimage"


def scenario(load: object) -> dict:
    return {"name": "a", "steps": [{"name": "b", "load": load}]}


def is_valid(load: object) -> bool:
    return jsonschema.Draft202012Validator(schema()).is_valid(scenario(load))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (NAME, Load(images=(NAME,))),
        ([NAME, "gcr.io/a/b@sha256:1"], Load(images=(NAME, "gcr.io/a/b@sha256:1"))),
        ({"images": NAME, "to": ["localnode-2"]}, Load(images=(NAME,), to=("localnode-2",))),
        ({"images": [NAME]}, Load(images=(NAME,))),
    ],
    ids=str,
)
def test_short_and_long(written, read):
    (step,) = parse_scenario(yaml.safe_dump(scenario(written)), "a.yaml").steps

    assert step.action == read
    assert is_valid(written)


@pytest.mark.parametrize(
    "written",
    ["", [], "two words", {"to": ["localnode-2"]}, {"images": []}, {"images": NAME, "form": "localnode-2"}],
    ids=str,
)
def test_what_is_refused(written):
    with pytest.raises(SpecError) as refused:
        parse_scenario(yaml.safe_dump(scenario(written)), "a.yaml")

    assert all(problem.startswith("a.yaml:") for problem in refused.value.problems)
    assert not is_valid(written)


def test_in_words():
    assert describe(Load(images=(NAME,))) == f"load {NAME} to every node"
    assert describe(Load(images=(NAME,), to=("localnode-2",))) == f"load {NAME} to localnode-2"
