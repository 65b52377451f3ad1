"""A file becomes a Scenario, or every one of its problems with its place; there is nothing else."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lab.errors import SpecError
from lab.spec import positions
from lab.spec.actions import Apply, Connect, Fetch, Observe, Resolve, Run, Wait, Wanted
from lab.spec.config import LabConfig
from lab.spec.reading import config_from, parse_scenario, read_config, read_scenario
from lab.spec.scenario import Expectation, Lines, Outcome, Plot, Scenario, Step, Uncovered

DATA = Path(__file__).parents[2] / "data" / "scenarios"


def problems(call, *args):
    with pytest.raises(SpecError) as caught:
        call(*args)
    return caught.value.problems


@pytest.mark.parametrize("path", sorted((DATA / "bad").glob("*.yaml")), ids=lambda path: path.stem)
def test_each_problem_is_told_with_its_place(path):
    """`NAME.txt` beside each bad `NAME.yaml` holds what is to be said, in order."""
    expected = path.with_suffix(".txt").read_text().splitlines()
    seen = [line for problem in problems(read_scenario, path) for line in problem.splitlines()]

    assert [line.replace(str(path), path.name) for line in seen] == expected


def test_the_full_file_form():
    steps = {step.name: step for step in read_scenario(DATA / "good" / "full.yaml").steps}
    action = {name: step.action for name, step in steps.items()}
    place = f"{DATA / 'good' / 'full.yaml'}:"

    assert action["a command"] == Run(command="kubectl get crd | grep pytorch")
    assert action["the command `true`"] == Run(command="true")
    assert action["objects"] == Apply(manifest="{kind: A}")
    assert action["objects of a file"] == Apply(file="zone.txt")
    assert action["patience"] == Wait(
        resource="pod -l app=x", **{"for": "condition=Ready"}, namespace="kubeflow"
    )
    assert action["a name"] == Resolve(host="yann.lecun.test")
    assert action["a name's address"] == Resolve(
        host="yann.lecun.test", type="AAAA", **{"from": "pod/default/a"}, answer="2001:db8::1"
    )
    assert action["a page"] == Fetch(url="http://yann.lecun.test/")
    assert action["a page from elsewhere"] == Fetch(url="http://yann.lecun.test/", **{"from": "site"})
    assert action["a connection"] == Connect(to="198.51.100.7:443/tcp")
    assert action["the ledger"] == Wanted(
        names=("yann.lecun.test",),
        urls=("http://yann.lecun.test/",),
        addresses=("198.51.100.7:443/tcp",),
        by="pod default/a-.*",
    )
    assert action["the sinkhole"] == Observe(on=True)
    assert steps["a longer command"] == Step(
        name="a longer command",
        action=Run(
            command="cat /etc/hostname\ndate\n", **{"from": "node/localnode-1"}, until=r"localnode-\d"
        ),
        expect=Expectation(says=("localnode", "20[0-9]{2}"), **{"never-says": "error"}),
        timeout=timedelta(seconds=90),
        document=(Lines(first=573, last=577), Lines(first=580, last=580)),
        differs="in nothing",
        plot=Plot(title="seconds by day", pattern=r"^(?P<x>\d+) (?P<y>\d+)$"),
        where=f"{place}22",
    )
    assert steps["a page"].expect == Expectation(outcome=Outcome.NOT_FOUND)
    assert steps["a name"].expect == Expectation(outcome=Outcome.UNRESOLVED)


def test_what_the_full_file_answers_for():
    scenario = read_scenario(DATA / "good" / "full.yaml")

    assert scenario.covers == (Lines(first=570, last=590), Lines(first=600, last=600))
    assert scenario.uncovered == (
        Uncovered(lines=(Lines(first=585, last=585),), reason="a picture of another screen"),
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [("90s", 90), ("2m", 120), ("1h30m", 5400), ("1m30s", 90), ("24h", 86400)],
)
def test_durations(text, length):
    scenario = parse_scenario(f"name: a\nsteps: [{{name: b, run: c, timeout: {text}}}]", "a.yaml")

    assert scenario.steps[0].timeout == timedelta(seconds=length)


@pytest.mark.parametrize(
    "text", ["90", "s", "''", "-1s", "1d", "1.5m", "90 s", "s90", "1m1h", "999999999999h"]
)
def test_what_is_no_duration(text):
    (problem,) = problems(parse_scenario, f"name: a\nsteps: [{{name: b, run: c, timeout: {text}}}]", "a.yaml")

    assert problem.startswith("a.yaml:2:")


@pytest.mark.parametrize(
    "place",
    ["workstation", "site", "node/localnode-2", "pod/a", "pod/default/a-0.b"],
)
def test_places(place):
    scenario = parse_scenario(f"name: a\nsteps: [{{name: b, run: {{command: c, from: {place}}}}}]", "a.yaml")

    assert scenario.steps[0].action.place == place


@pytest.mark.parametrize("place", ["workstation2", "node", "pod/", "pod/a/b/c", "node/A", "pod/a;b", "host"])
def test_what_is_no_place(place):
    (problem,) = problems(
        parse_scenario, f"name: a\nsteps: [{{name: b, run: {{command: c, from: {place}}}}}]", "a.yaml"
    )

    assert "is no place" in problem


def test_patterns_see_lines():
    pattern = parse_scenario(
        "name: a\nsteps: [{name: b, run: c, expect: {says: '^two$'}}]", "a.yaml"
    ).steps[0].expect.says[0]  # fmt: skip

    assert pattern.search("one\ntwo\nthree")


def test_a_missing_file(tmp_path):
    assert problems(read_scenario, tmp_path / "no.yaml") == (f"{tmp_path}/no.yaml: no such file",)


def test_a_folder(tmp_path):
    assert problems(read_scenario, tmp_path) == (f"{tmp_path}: a folder, where a file is wanted",)


def test_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: story\nsummary: für alle\n".encode("latin-1"))

    assert problems(read_scenario, path) == (
        f"{path}:2:11: the byte 0xfc is not UTF-8; save the file as UTF-8",
    )


def test_a_byte_order_mark_is_no_problem(tmp_path):
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + (DATA / "good" / "short.yaml").read_bytes())

    assert read_scenario(path).name == "short"


def test_a_huge_file_is_refused_unread():
    (problem,) = problems(parse_scenario, "# " + "x" * positions.MAX_CHARACTERS, "huge.yaml")

    assert problem == "huge.yaml:1:1: longer than 256 KiB; split it"


def test_aliases_within_reason_are_followed():
    text = "name: a\nsteps:\n  - {name: b, run: &run {command: c}}\n  - {name: d, run: *run}\n"

    assert [step.action for step in parse_scenario(text, "a.yaml").steps] == [Run(command="c")] * 2


def scenario_or_problems(text):
    try:
        result = parse_scenario(text, "any.yaml")
    except SpecError as error:
        result = error
    if isinstance(result, SpecError):
        assert result.problems
        assert all(re.match(r"any\.yaml:\d+:\d+: \S", problem) for problem in result.problems)
    else:
        assert isinstance(result, Scenario)


@settings(deadline=None)
@given(st.text())
@example("!<")
@example("%YAML 1.99\n--- a")
@example("%TAG ! tag:yaml.org,2002:\n--- !str a")
@example("%YAML " + "9" * 5000 + ".1\n--- a")
@example("a: !!binary x")
@example("\ud800")
@example("a: 0x\nb: 1:60\nc: 2026-13-45")
def test_no_text_makes_anything_but_a_scenario_or_problems(text):
    scenario_or_problems(text)


TYPED = """
name steps cleanup needs run wait apply fetch resolve connect wanted observe expect says never-says timeout
document added differs from until for outcome zones static images 573-577 90s succeeds ( [ null true on 0 ~
"""
WORDS = st.sampled_from(TYPED.split())
VALUES = st.recursive(
    WORDS | st.text(max_size=5) | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(deadline=None, max_examples=60)
@given(VALUES, VALUES, st.dictionaries(WORDS, VALUES, max_size=5))
def test_no_shape_makes_anything_but_a_scenario_or_problems(steps, needs, step):
    for whole in (steps, {"name": "a", "steps": steps, "needs": needs}, {"name": "a", "steps": [step]}):
        scenario_or_problems(json.dumps(whole))


def test_a_config_file(tmp_path):
    path = tmp_path / "lab.yaml"
    path.write_text("name: mine\nsubnet: 192.0.2.0/25\n")

    assert read_config(path) == LabConfig(name="mine", subnet=IPv4Network("192.0.2.0/25"))


@pytest.mark.parametrize("text", ["", "# nothing chosen\n\n"])
def test_an_empty_config_file_chooses_nothing(tmp_path, text):
    path = tmp_path / "lab.yaml"
    path.write_text(text)

    assert read_config(path) == LabConfig()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("subnet: here", ("1:1: subnet: 'here' is no IPv4 network; write it like 10.142.18.0/24",)),
        ("subnet: 192.0.2.0/29", ("1:1: subnet 192.0.2.0/29 is too small: a lab needs /28 or larger",)),
        (
            "nmae: a\nsubnet: x",
            ("1:1: unknown key 'nmae'; did you mean 'name'?", "2:1: subnet: 'x' is no IPv4 network"),
        ),
        ("[a]", ("1:1: a list, where a mapping is wanted: ",)),
        ("name: [", ("1:8: not YAML: ",)),
        ("---\n---\n", ("2:1: not YAML: expected a single document",)),
    ],
)
def test_a_wrong_config_file(tmp_path, text, expected):
    path = tmp_path / "lab.yaml"
    path.write_text(text)
    seen = problems(read_config, path)

    assert len(seen) == len(expected)
    assert all(problem.startswith(f"{path}:{start}") for problem, start in zip(seen, expected, strict=True))


def test_choices_from_elsewhere():
    assert config_from({"name": "mine"}, "command line").name == "mine"
    assert problems(config_from, {"name": "No", "nmae": "a"}, "command line") == (
        "command line: unknown choice 'nmae'; did you mean 'name'?",
        "command line: 'No': a lab's name is a lower-case letter, then up to 19 letters, digits or dashes",
    )
