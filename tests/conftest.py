from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--keep-lab", action="store_true", help="leave the kind tests' lab standing, to look at it"
    )
