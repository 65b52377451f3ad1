"""What is known of a site is a file; what is wrong in it is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.errors import SpecError
from lab.spec.case import Fact
from lab.spec.reading import cases_of, parse_scenario, read_case, read_scenario

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted((ROOT / "scenarios" / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_is_read(path: Path) -> None:
    assert read_case(path).name == path.stem


def test_a_claim_is_compared_with_a_fact() -> None:
    claims = {one.what: one for one in read_case(ROOT / "scenarios/cases/offline-kubeflow.yaml").site}

    assert claims["Kubernetes"].fact is Fact.KUBERNETES
    assert [str(lines) for lines in claims["Kubernetes"].lines] == ["17-19"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name: a\nsite: [{what: b, there: c, wheel: d}]", "a.yaml:2:28: unknown key 'wheel'"),
        ("name: a\nsite: [{what: b}]", "a.yaml:2:8: 'there' is missing"),
        ("name: a\nsite: [{what: b, there: c, fact: clocks}]", "a.yaml:2:28: fact: 'clocks'; known: "),
        (
            "name: a\nsite: [{what: b, there: c, fact: site, same: here}]",
            "'here' is no IPv4 address; write it like 10.142.18.191",
        ),
        ("name: a\nsite: [{what: b, there: c, fact: kubernetes, same: '('}]", "is no regular expression"),
        ("name: a\nsite: [{what: b, there: c, same: d}]", "'same' wants a 'fact'"),
        ("- a", "a.yaml:1:1: a list, where a mapping is wanted: name, document, site"),
    ],
)
def test_what_is_wrong_in_a_case_is_told(tmp_path: Path, monkeypatch, text: str, told: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(text)

    with pytest.raises(SpecError) as wrong:
        read_case(Path("a.yaml"))

    assert len(wrong.value.problems) == 1
    assert told in wrong.value.problems[0]


def test_a_case_that_is_not_there_is_told_at_its_key(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: a\ncase: cases/b.yaml\nsteps: [{name: c, run: d}]\n")

    with pytest.raises(SpecError, match=r"a\.yaml:2:1: cases/b\.yaml: no such file beside the scenario"):
        read_scenario(tmp_path / "a.yaml")


def test_scenarios_of_one_case_read_it_once() -> None:
    of_case = [read_scenario(ROOT / "scenarios" / name) for name in ("pytorch.yaml", "tfjob.yaml")]
    without = parse_scenario("name: a\nsteps: [{name: b, run: c}]", "a.yaml")

    assert [case.name for case in cases_of([*of_case, without])] == ["offline-kubeflow"]
    assert cases_of([without]) == ()
