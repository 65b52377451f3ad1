"""Run the provisioner until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

from incluster import Refused, in_cluster

from .loop import Loop, start
from .settings import EXPORT, Missing, read
from .work import CLAIMS, VOLUMES, Work

log = logging.getLogger(__name__)


def main() -> None:
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(levelname).1s%(asctime)s %(message)s",
        datefmt="%m%d %H:%M:%S",
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        settings = read(os.environ)
        api = in_cluster(os.environ)
    except (Missing, Refused) as error:
        log.critical("%s", error)
        sys.exit(255)
    work = Work(api, settings, Path(EXPORT))
    loop = Loop({CLAIMS: work.claim, VOLUMES: work.volume}, api.read)
    start(loop, api.changes)
    log.info(
        "%s provisions from %s:%s (stand-in of the air-gap lab)",
        settings.provisioner,
        settings.server,
        settings.path,
    )
    while True:
        loop.turn()


if __name__ == "__main__":
    main()
