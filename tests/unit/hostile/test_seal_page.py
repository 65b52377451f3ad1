"""docs/seal.md: each check that it names exists, in the campaign or in the scenario."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.spec.reading import read_scenario
from tests import documents
from tests.documents import ROOT
from tests.hostile import names, probes, replies, tamper
from tests.hostile.networks import NAMES as NETWORKS
from tests.hostile.networks import VICTIMS, WAYS
from tests.hostile.places import PLACES

PAGE = ROOT / "docs" / "seal.md"
CODE = sorted((ROOT / "tests" / "hostile").glob("*.py"))
NO_CHECKS = {
    "hostNetwork",
    "make hostile",
    "make test",
    "tests/hostile",
    "scenarios/seal.yaml",
    "lab status",
    "lab up",
}
NO_CHECKS |= {"lab status --fidelity"}
LETTERS = 12
"""What a pattern must have of its own, lest it takes every name."""


def tables() -> set[str]:
    """The names that tables make."""
    found = {one.name for one in probes.probes()}
    found |= {replies.title(*case) for case in replies.CASES}
    found |= {f"{place} reaches {what}" for place in PLACES for what in replies.REACHED}
    found |= {f"{title} in {channel}" for channel in names.CHANNELS for title in names.TEXTS}
    found |= {f"{victim} on {network} by {way}" for victim in VICTIMS for network in NETWORKS for way in WAYS}
    found |= {
        f"{one.place}: {one.title}: {end}"
        for changes in tamper.ROUNDS
        for one in changes
        for end in ("said, or undone at once", "mended by `lab up`", "still nothing leaves")
    }
    return found | {step.name for step in read_scenario(ROOT / "scenarios" / "seal.yaml").steps}


def patterns(path: Path) -> Iterator[str]:
    """What a module calls a check in its own text; a hole stands for any words."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            pieces = [re.escape(one.value) if isinstance(one, ast.Constant) else ".+" for one in node.values]
            if sum(len(one.value) for one in node.values if isinstance(one, ast.Constant)) >= LETTERS:
                yield "".join(pieces)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)


KNOWN = tables()
PATTERNS = [re.compile(one) for path in CODE for one in patterns(path)]


def exists(name: str) -> bool:
    place, _, rest = name.partition(" ")
    texts = [name, *([rest] if place in PLACES else [])]
    return name in KNOWN or any(pattern.fullmatch(text) for pattern in PATTERNS for text in texts)


@pytest.mark.parametrize("name", sorted(set(documents.spans(PAGE)) - NO_CHECKS))
def test_a_check_that_the_page_names_exists(name: str) -> None:
    assert exists(name)


def test_a_wrong_name_would_be_found() -> None:
    assert not exists("a pod cannot sing")
    assert not exists("syn from nowhere")


def test_every_line_of_the_table_names_a_check() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and "---" not in line][1:]

    assert len(rows) > 15
    assert [row for row in rows if "`" not in row.split("|")[3]] == []
