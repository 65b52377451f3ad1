"""The smoke test: a server for the process's own task, and on the master a product on each task in turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from .config import PS, WORKER, Config
from .python2 import ordered, written

VERSION, GIT_VERSION = "1.3.0-rc2", "v1.3.0-rc1-27-g2784b1c"
"""What the original reports of itself, and the document prints."""

log = logging.getLogger()
"""The root: its lines begin with INFO:root, as the original's."""


@dataclass(frozen=True, slots=True)
class Product:
    """What came of one multiplication, and where it was computed."""

    value: str
    placed: str
    """Lines such as `Mul: (Mul): /job:ps/replica:0/task:0/cpu:0`."""


class Server(Protocol):
    def join(self) -> None:
        """Block for ever."""


class Engine(Protocol):
    """TensorFlow, as far as the sample needs it."""

    @property
    def version(self) -> str:
        """What really runs."""

    def describe(self, config: Config) -> str:
        """Give the server's definition in protobuf's text form."""

    def serve(self, config: Config) -> Server:
        """Start the gRPC server of the process's own task."""

    def products(self, target: str, devices: list[str]) -> Iterator[Product]:
        """Multiply on each of *devices*, over the server at *target*; waits until all peers are there."""


def run(config: Config, engine: Callable[[], Engine]) -> None:
    """Play the process's part; returns when it is done. *engine* may take seconds to come."""
    log.info("Tensorflow version: %s", VERSION)
    log.info("Tensorflow git version: %s", GIT_VERSION)
    log.info("tf_config: %s", written(config.whole))
    tensorflow = engine()
    log.info("stand-in: TensorFlow %s", tensorflow.version)
    log.info("task: %s", written(config.task))
    log.info("cluster_spec: %s", written(config.cluster))
    target = ""
    if config.cluster:
        log.info("server_def: %s", tensorflow.describe(config))
        log.info("Building server.")
        server = tensorflow.serve(config)
        log.info("Finished building server.")
        if config.role in (PS, WORKER):
            log.info("Running %s code.", {PS: "PS", WORKER: "Worker"}[config.role])
            server.join()
            return
        target = f"grpc://localhost:{config.port}"
    log.info("Running master.")
    if not config.cluster:
        log.error("Using default device function.")
    log.info("Server target: %s", target)
    placed = []
    for product in tensorflow.products(target, devices(config.cluster)):
        log.info("Result: %s", product.value)
        placed.append(product.placed)
    print("\n".join(placed), flush=True)


def devices(cluster: Mapping[str, list[str]]) -> list[str]:
    """Name every task of the cluster, in the order in which Python 2 went through it."""
    return [f"/job:{job}/task:{number}" for job in ordered(cluster) for number in range(len(cluster[job]))]
