"""Report until told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time

from incluster import Refused, in_cluster

from . import flags, report

log = logging.getLogger("spartakus")


def main() -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    settings = flags.read(sys.argv[1:])
    log.info("started volunteer (stand-in of the air-gap lab)")
    while True:
        try:
            listed = in_cluster(os.environ).read("/api/v1/nodes")
            record = report.make(settings.cluster, time.time(), listed["items"] if listed else [])
        except Refused as error:
            log.error("failed generating report: %s", error)  # noqa: TRY400 - a line, as the original's
        else:
            report.send(settings.database, record)
        log.info("next attempt in %gh", settings.seconds / 3600)
        time.sleep(settings.seconds)


if __name__ == "__main__":
    main()
