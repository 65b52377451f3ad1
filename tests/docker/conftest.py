from __future__ import annotations

import pytest

from tests.docker.scratch import scratch_network


@pytest.fixture(scope="module")
def engine():
    client = pytest.importorskip("docker").from_env()
    yield client
    client.close()


@pytest.fixture(scope="module")
def network(engine):
    with scratch_network(engine) as made:
        yield made
