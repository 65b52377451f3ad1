"""The examples of docs/scenarios.md, run once in the real lab."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import documents
from tests.documents import ROOT, Block
from tests.kind.conftest import lab

pytestmark = pytest.mark.kind

SCENARIOS = ROOT / "docs" / "scenarios.md"


@pytest.mark.parametrize("block", documents.examples(SCENARIOS), ids=lambda block: block.text.split()[1])
def test_an_example_holds(name: str, block: Block, tmp_path: Path) -> None:
    for file, text in documents.files(SCENARIOS).items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    scenario = tmp_path / "example.yaml"
    scenario.write_text(block.text)

    done = lab("run", str(scenario), "--name", name, timeout=300)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]


def test_what_differs_is_read_from_the_lab(name: str) -> None:
    case = "scenarios/cases/offline-kubeflow.yaml"
    done = lab("status", "--fidelity", "--case", case, "--name", name)

    assert done.returncode == 0, done.stderr
    assert "v1.14.1" in done.stdout
    assert "image jgaguirr/pytorch-operator:latest" in done.stdout
