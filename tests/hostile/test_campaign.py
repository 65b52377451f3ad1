"""The whole campaign against a lab of its own, which it takes down itself: that is its last part."""

from __future__ import annotations

import os

import pytest

from tests.hostile import campaign
from tests.kind.conftest import host_snapshot, lab

pytestmark = pytest.mark.hostile

NAME = f"h{os.getpid()}"
SUBNET = "10.142.24.0/24"


def test_every_check_holds(before: dict[str, object]) -> None:
    done = lab("up", "--name", NAME, "--subnet", SUBNET)
    assert done.returncode == 0, done.stderr
    try:
        results = campaign.run(NAME, list(campaign.PARTS))
    finally:
        lab("down", "--name", NAME)
    print("\n" + campaign.summary(results))  # noqa: T201 - the figure is the product

    assert len(results) >= 300
    assert [one.name for one in results if not one.holds] == []
    assert before == host_snapshot()
