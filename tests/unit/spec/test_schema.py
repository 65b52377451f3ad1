"""The schema is of the file form: what reads well validates, and what does not, does not."""

from __future__ import annotations

import json
import typing
from pathlib import Path

import jsonschema
import pytest
import yaml

from lab.errors import SpecError
from lab.spec.actions import ACTIONS, SHORT, Action
from lab.spec.reading import parse_scenario, read_scenario
from lab.spec.schema import schema

ROOT = Path(__file__).parents[3]
GOOD = [
    *sorted((ROOT / "scenarios").glob("*.yaml")),
    *sorted((ROOT / "tests" / "data" / "scenarios" / "good").glob("*.yaml")),
]


def validator():
    return jsonschema.Draft202012Validator(schema())


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_schema_beside_the_scenarios_is_this_one():
    """`lab scenario schema > scenarios/scenario.schema.json` makes it so again."""
    kept = json.loads((ROOT / "scenarios" / "scenario.schema.json").read_text())

    assert kept == schema()


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_scenario_loads_and_validates(path):
    read_scenario(path)

    assert list(validator().iter_errors(yaml.safe_load(path.read_text()))) == []


STEP = {"name": "a", "run": "true"}


@pytest.mark.parametrize(
    "step",
    [
        {"name": "a"},
        {"run": "true"},
        {**STEP, "fetch": "http://a.test/"},
        {**STEP, "rum": "x"},
        {**STEP, "expect": "succeds"},
        {**STEP, "expect": {"sais": "x"}},
        {**STEP, "timeout": 90},
        {**STEP, "document": "a-b"},
        {**STEP, "where": "x"},
        {"name": "a", "run": {"command": "x", "from": "nowhere"}},
        {"name": "a", "run": {"command": "x", "kind": "run"}},
        {"name": "a", "wait": "pod/a"},
        {"name": "a", "observe": "perhaps"},
    ],
    ids=str,
)
def test_what_does_not_read_does_not_validate(step):
    whole = {"name": "a", "steps": [step]}

    assert list(validator().iter_errors(whole))
    with pytest.raises(SpecError):
        parse_scenario(yaml.safe_dump(whole), "a.yaml")


def test_its_positive_twin():
    assert list(validator().iter_errors({"name": "a", "steps": [STEP]})) == []


def test_the_table_of_actions_is_the_union():
    union = typing.get_args(typing.get_args(Action)[0])

    assert set(ACTIONS.values()) == set(union)
    assert all(model.model_fields["kind"].default == key for key, model in ACTIONS.items())
    assert all(field in ACTIONS[key].model_fields for key, field in SHORT.items())
