"""Who this process is among its peers, as the operator tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One rank's place: the four variables of torch's `env://`."""

    rank: int
    world_size: int
    master_host: str
    master_port: int

    @property
    def is_master(self) -> bool:
        return self.rank == 0


def read_place(environ: Mapping[str, str]) -> Place:
    """Read the place. Raises KeyError for a missing variable, ValueError for one that makes no sense."""
    place = Place(
        rank=int(environ["RANK"]),
        world_size=int(environ["WORLD_SIZE"]),
        master_host=environ["MASTER_ADDR"],
        master_port=int(environ["MASTER_PORT"]),
    )
    if not 0 <= place.rank < place.world_size:
        raise ValueError(f"RANK={place.rank} is not among WORLD_SIZE={place.world_size}")
    return place
