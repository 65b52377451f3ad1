"""Meet, load, train. Whatever goes wrong ends the process with its traceback; the kubelet starts it again."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import torch  # type: ignore[import-not-found,unused-ignore]
import torch.distributed as dist  # type: ignore[import-not-found,unused-ignore]

from . import download, training
from .environment import read_place
from .rendezvous import wait_for_master

DATA = Path("data")  # below the working directory, in each container for itself
WITHOUT_LIMIT = timedelta(days=30)  # torch wants a number


def main() -> None:
    torch.set_num_threads(1)  # the ranks share the machine's cores
    place = read_place(os.environ)
    wait_for_master(place)
    dist.init_process_group(
        "gloo", init_method="env://", rank=place.rank, world_size=place.world_size, timeout=WITHOUT_LIMIT
    )
    download.ensure_dataset(DATA, fetch=download.get, save=training.save)
    training.train(training.load(DATA / "processed" / download.TRAIN_FILE), place)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
