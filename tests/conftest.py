from __future__ import annotations

import sys
from pathlib import Path

import pytest

for source in sorted((Path(__file__).parents[1] / "images").glob("*/src")):
    sys.path.insert(0, str(source))  # a stand-in has the same import name here as in its image


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--keep-lab", action="store_true", help="leave the kind tests' lab standing, to look at it"
    )
