"""`python3 -m lab.parts.fakedns --settings FILE [--address A] [--port N] [--log FILE|-] [--ledger FILE]`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from .querylog import QueryLog
from .server import Server


def main() -> None:
    parser = argparse.ArgumentParser(prog="fakedns", description="The lab's fake DNS.")
    parser.add_argument(
        "--settings", default="/etc/lab/fakedns.json", help="JSON; read again when it changes"
    )
    parser.add_argument("--address", default="0.0.0.0", help="the one address to answer on")  # noqa: S104
    parser.add_argument("--port", type=int, default=53)
    parser.add_argument("--log", default="-", help="where the query log goes; - is stdout")
    parser.add_argument("--ledger", help="where questions that nobody could answer are appended as well")
    options = parser.parse_args()
    ended = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ended.set())
    try:
        log = QueryLog.open(options.log, options.ledger)
        server = Server(options.settings, log, address=options.address, port=options.port)
    except OSError as error:
        sys.exit(f"fakedns: {options.address} port {options.port}, log {options.log}: {error}")
    server.start()
    log.event("ready", address=options.address, port=server.port)
    while not ended.wait(1) and server.alive:
        pass
    server.stop()
    if not ended.is_set():
        sys.exit(70)


if __name__ == "__main__":
    main()
