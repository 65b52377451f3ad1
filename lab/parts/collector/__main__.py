"""`python3 -m lab.parts.collector SETTINGS`: the loop. Somebody may ask for a reading between two turns."""

from __future__ import annotations

import argparse
import json
import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from . import ask, podwatch
from .collecting import Collector

SECONDS = 1.0
TURN_SECONDS = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="collector", description=__doc__)
    parser.add_argument("settings", type=Path)
    parser.add_argument("--ledger", type=Path, default=Path(ask.FOLDER))
    options = parser.parse_args()
    options.ledger.mkdir(parents=True, exist_ok=True)
    urls = options.ledger / "urls.jsonl"
    urls.touch()
    urls.chmod(0o666)  # the web server's own user writes it
    collector = Collector(options.settings, options.ledger)
    podwatch.start(options.settings, options.ledger / "pods.jsonl")
    with ask.listening() as listener:
        run(collector.poll, listener, turn=collector.turn)


def run(poll: Callable[[], None], listener: socket.socket, *, turn: Callable[[], None]) -> None:
    """Read once a second, and whenever somebody asks; who asked hears when what was counted is written."""
    turned = time.monotonic()
    while True:
        asking = []
        if select.select([listener], [], [], SECONDS)[0]:
            asking.append(listener.accept()[0])
        poll()
        for one in asking:
            with one, suppress(OSError):
                one.sendall(json.dumps({"read": True}).encode())
        if time.monotonic() - turned > TURN_SECONDS:
            turn()
            turned = time.monotonic()


if __name__ == "__main__":
    main()
