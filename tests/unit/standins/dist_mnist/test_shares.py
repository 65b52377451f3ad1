from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytorch_dist_mnist.shares import batch_size, epoch_line, share_of


@given(st.integers(1, 500), st.integers(1, 8))
def test_shares_are_equal_and_do_not_overlap(samples, world_size):
    shares = [share_of(rank, samples=samples, world_size=world_size) for rank in range(world_size)]

    assert len({len(share) for share in shares}) == 1
    together = [number for share in shares for number in share]
    assert len(set(together)) == len(together)
    assert samples - world_size <= len(together) <= samples


def test_the_real_set_gives_four_ranks_15000_samples_each():
    assert len(share_of(3, samples=60000, world_size=4)) == 15000


def test_a_share_is_a_shuffle_that_every_rank_repeats():
    share = share_of(0, samples=100, world_size=2)

    assert share == share_of(0, samples=100, world_size=2)
    assert share != sorted(share)


@pytest.mark.parametrize(("world_size", "expected"), [(1, 128), (4, 32), (3, 42)])
def test_the_ranks_part_of_a_batch(world_size, expected):
    assert batch_size(world_size) == expected


def test_the_line_of_the_document():
    assert epoch_line(0, 0, 1.2745472780232237) == "Rank  0 , epoch  0 :  1.2745472780232237"
