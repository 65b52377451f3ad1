"""TensorFlow 2 by its names of 1.x: servers and sessions over gRPC, with few threads and no optimizer.

The optimizer would fold the product of two constants on the master, and no peer would compute anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np  # type: ignore[import-not-found,unused-ignore]
import tensorflow as tf  # type: ignore[import-untyped,import-not-found,unused-ignore]

from .config import Config
from .smoke import Product, Server

SIDE = 10

v1: Any = tf.compat.v1


class TensorFlow:
    """The real `Engine`."""

    version = f"{tf.__version__} ({tf.__git_version__})"

    def describe(self, config: Config) -> str:
        return str(_definition(config))

    def serve(self, config: Config) -> Server:
        server: Server = v1.train.Server(_definition(config), config=_settings())
        return server

    def products(self, target: str, devices: list[str]) -> Iterator[Product]:
        with tf.Graph().as_default():
            results = [_product(device) for device in devices]
            with v1.Session(target, config=_settings()) as session:
                for result in results:
                    seen = v1.RunMetadata()
                    options = v1.RunOptions(output_partition_graphs=True)
                    value = session.run(result, options=options, run_metadata=seen)
                    yield Product(str(value), _placed(seen, result.op.name))


def _product(device: str) -> Any:  # noqa: ANN401
    numbers = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    with tf.device(device):
        return v1.multiply(v1.constant(numbers), v1.constant(numbers))


def _definition(config: Config) -> Any:  # noqa: ANN401
    return tf.train.ServerDef(
        cluster=tf.train.ClusterSpec(config.cluster).as_cluster_def(),
        job_name=config.role or "master",
        task_index=config.index,
        protocol="grpc",
    )


def _settings() -> Any:  # noqa: ANN401
    settings = v1.ConfigProto(inter_op_parallelism_threads=1, intra_op_parallelism_threads=1)
    settings.graph_options.optimizer_options.opt_level = -1
    settings.graph_options.rewrite_options.disable_meta_optimizer = True
    return settings


def _placed(seen: Any, name: str) -> str:  # noqa: ANN401
    """Say where node *name* ran, as TensorFlow 1 logged placements."""
    nodes = (node for graph in seen.partition_graphs for node in graph.node if node.name == name)
    places = {
        (node.op, re.sub(r"/device:(\w+):", lambda kind: f"/{kind[1].lower()}:", node.device))
        for node in nodes
    }
    return "\n".join(f"{name}: ({kind}): {place}" for kind, place in sorted(places))
