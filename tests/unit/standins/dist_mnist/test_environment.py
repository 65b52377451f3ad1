from __future__ import annotations

import pytest

from pytorch_dist_mnist.environment import Place, read_place

WORKER = {
    "RANK": "2",
    "WORLD_SIZE": "4",
    "MASTER_ADDR": "distributed-mnist-master-rgcp-0",
    "MASTER_PORT": "23456",
}


def test_a_worker_reads_its_place():
    place = read_place(WORKER)

    assert place == Place(2, 4, "distributed-mnist-master-rgcp-0", 23456)
    assert not place.is_master


def test_rank_0_is_the_master():
    assert read_place({**WORKER, "RANK": "0", "MASTER_ADDR": "localhost"}).is_master


@pytest.mark.parametrize("name", sorted(WORKER))
def test_a_missing_variable_is_named(name):
    environ = {key: value for key, value in WORKER.items() if key != name}

    with pytest.raises(KeyError, match=name):
        read_place(environ)


@pytest.mark.parametrize("rank", ["4", "-1"])
def test_a_rank_outside_the_world_is_refused(rank):
    with pytest.raises(ValueError, match=f"RANK={rank} is not among WORLD_SIZE=4"):
        read_place({**WORKER, "RANK": rank})
