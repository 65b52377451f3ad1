"""The two flags, as `--name=value` or `--name value`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flags:
    """*server* is as typed: it is taken apart only when it is called, and a fault shows then."""

    server: str
    image: str


def read(argv: Sequence[str]) -> Flags:
    """Read *argv*; what is not known is ignored, as TensorFlow's flags did."""
    parser = argparse.ArgumentParser(prog="inception_client", allow_abbrev=False)
    parser.add_argument("--server", default="localhost:9000", help="PredictionService host:port")
    parser.add_argument("--image", default="", help="path to image in JPEG format")
    known, _ = parser.parse_known_args(argv)
    return Flags(known.server, known.image)


def host_and_port(server: str) -> tuple[str, int]:
    """Take `host:port` apart; ValueError where there are not just the two."""
    host, port = server.split(":")
    return host, int(port)
