"""Run the gateway until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from incluster import ApiServer, Refused, in_cluster

from . import diag, scout
from .loop import Loop
from .proxy import Proxy, Unusable
from .state import State
from .targets import Targets, resolve

log = logging.getLogger("ambassador")

SETTINGS = Path("/tmp/nginx.conf")  # noqa: S108 - alone in its container
ASK_SECONDS = 5.0
STATSD = ("127.0.0.1", 8125)


def main() -> None:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s 0.30.1 %(levelname)s: %(message)s"
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    namespace = os.environ.get("AMBASSADOR_NAMESPACE", "default")
    proxy = Proxy(SETTINGS)
    state = State(time.monotonic, lambda: proxy.alive, time.monotonic())
    try:
        api = in_cluster(os.environ)
        loop = Loop(lambda: services(api, namespace), Targets(time.monotonic, resolve), proxy, state)
        scout.begin(str(uuid.uuid5(uuid.NAMESPACE_DNS, namespace)))
        loop.turn()
    except (Refused, Unusable) as error:
        log.critical("%s", error)
        sys.exit(1)
    threading.Thread(target=diag.serve(state).serve_forever, daemon=True, name="diagd").start()
    try:
        follow(loop, proxy, state)
    finally:
        proxy.stop()


def services(api: ApiServer, namespace: str) -> Sequence[Mapping[str, Any]]:
    """List the services of the one namespace that the gateway is for. Raises Refused."""
    listed = api.read(f"/api/v1/namespaces/{namespace}/services")
    return list(listed["items"]) if listed else []


def follow(loop: Loop, proxy: Proxy, state: State) -> None:
    """Turn until the proxy dies, which ends the container."""
    talk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    turns = 0
    while proxy.alive:
        time.sleep(ASK_SECONDS)
        turns += 1
        try:
            loop.turn()
        except (Refused, Unusable) as error:
            log.warning("%s", error)
        if turns % 3 == 0:
            talk.sendto(f"ambassador.uptime:{state.uptime}|g".encode(), STATSD)
    log.critical("nginx has ended")
    sys.exit(1)


if __name__ == "__main__":
    main()
