"""Which samples a rank trains on, and how it says what came out."""

from __future__ import annotations

from random import Random

SHUFFLE_SEED = 1234
GLOBAL_BATCH = 128


def share_of(rank: int, *, samples: int, world_size: int) -> list[int]:
    """Give the sample numbers of *rank*: equal parts of one shuffle that every rank makes alike."""
    numbers = list(range(samples))
    Random(SHUFFLE_SEED).shuffle(numbers)  # noqa: S311  the seed is the original's; nothing is secret
    size = int(1.0 / world_size * samples)
    return numbers[rank * size : (rank + 1) * size]


def batch_size(world_size: int) -> int:
    """Give one rank's part of the 128 samples that make a step."""
    return int(GLOBAL_BATCH / world_size)


def epoch_line(rank: int, epoch: int, loss: float) -> str:
    """Give the line that every rank prints after an epoch; its double blanks are the original's."""
    return f"Rank  {rank} , epoch  {epoch} :  {loss!r}"
