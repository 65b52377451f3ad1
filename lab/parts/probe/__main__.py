"""The command line."""

from __future__ import annotations

import argparse
import json
import socket
import time

from . import attempts
from .outcomes import outcome


def attempt(protocol: str, host: str, port: int, timeout: float) -> dict[str, object]:
    """Try once. *timeout* in seconds, for each wait; looking the name up is the resolver's own matter."""
    start = time.monotonic()
    seen = "succeeds"
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
        target = str(address[0])
        match protocol:
            case "tcp":
                detail = attempts.tcp(family, target, port, timeout)
            case "udp":
                detail = attempts.udp(family, target, port, timeout)
            case _:
                detail = attempts.icmp(family, target, timeout)
        detail = f"{target}: {detail}"
    except OSError as error:
        seen, detail = outcome(error), f"{host}: {error}"
    return {"outcome": seen, "detail": detail, "seconds": round(time.monotonic() - start, 4)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="probe", description=__doc__)
    parser.add_argument("protocol", choices=("tcp", "udp", "icmp"))
    parser.add_argument("host")
    parser.add_argument("port", type=int, nargs="?", default=0)
    parser.add_argument("--timeout", type=float, default=5.0, help="seconds")
    given = parser.parse_args()
    print(json.dumps(attempt(given.protocol, given.host, given.port, given.timeout)))


if __name__ == "__main__":
    main()
