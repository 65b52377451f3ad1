"""What runs in containers has its files beside its image, and shares nothing with the lab that brings it up."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAND_INS = sorted((ROOT / "images").glob("*/src/**/*.py"))
PARTS = sorted((ROOT / "lab" / "parts").rglob("*.py"))
LAB = sorted(path for path in (ROOT / "lab").rglob("*.py") if path not in PARTS)


def imported(path: Path) -> set[str]:
    """Return the top-level names that *path* imports, and `lab.parts.X` whole."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


def packages() -> set[str]:
    return {path.stem for folder in (ROOT / "images").glob("*/src") for path in folder.iterdir()}


@pytest.mark.parametrize("path", STAND_INS, ids=lambda path: str(path.relative_to(ROOT / "images")))
def test_a_stand_in_imports_nothing_of_the_lab(path: Path) -> None:
    assert {name for name in imported(path) if name.split(".")[0] == "lab"} == set()


@pytest.mark.parametrize("path", PARTS, ids=lambda path: str(path.relative_to(ROOT / "lab")))
def test_a_part_imports_nothing_else_of_the_lab(path: Path) -> None:
    assert {name for name in imported(path) if name.split(".")[0] == "lab"} == set()


def test_the_lab_imports_no_stand_in() -> None:
    found = {(path.name, name) for path in LAB for name in imported(path) if name.split(".")[0] in packages()}

    assert {"operators", "incluster", "ks"} <= packages()
    assert found == set()
