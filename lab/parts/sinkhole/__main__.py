"""`python3 -m lab.parts.sinkhole --address A [--port N ...] [--log FILE|-] [--ledger FILE]`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

from .server import Sinkhole

DEFAULT_PORTS = (80, 443, 5000, 8080, 8443)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sinkhole", description="Takes every connection, notes what it wants."
    )
    parser.add_argument("--address", required=True)
    parser.add_argument("--port", type=int, action="append", help=f"may be repeated; default {DEFAULT_PORTS}")
    parser.add_argument("--log", default="-", help="where the lines go; - is stdout")
    parser.add_argument("--ledger", help="a file that the lines are appended to as well")
    options = parser.parse_args()
    ended = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ended.set())
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        log = 1 if options.log == "-" else os.open(options.log, flags, 0o644)
        sinkhole = Sinkhole(options.address, options.port or DEFAULT_PORTS, log, ledger=options.ledger)
    except OSError as error:
        sys.exit(f"sinkhole: {options.address}, log {options.log}: {error}")
    sinkhole.start()
    sinkhole.event("ready", address=options.address, ports=sinkhole.ports)
    ended.wait()
    sinkhole.stop()


if __name__ == "__main__":
    main()
