"""Repeat until told to stop."""

from __future__ import annotations

import logging
import signal
import socket
import sys

from .repeater import MOST_BYTES, PORT, SINK, Repeater

log = logging.getLogger("statsd")


def main() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("", PORT))
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    repeater = Repeater(out.sendto)
    log.info("statsd repeats UDP %d to %s:%d (stand-in of the air-gap lab)", PORT, *SINK)
    while True:
        repeater.repeat(door.recv(MOST_BYTES))


if __name__ == "__main__":
    main()
