"""Run the operator until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import sys

import kopf

from operators.logs import speak

from .flags import read_flags
from .handlers import registry

VERSION_LINE = "tf-operator.v2 (stand-in of the air-gap lab, v1alpha2)"

log = logging.getLogger(__name__)


def main() -> None:
    flags = read_flags(sys.argv[1:])
    if flags.version:
        print(VERSION_LINE)
        return
    speak(as_json=flags.json_log)
    log.info("%s watches all namespaces", VERSION_LINE)
    asyncio.run(kopf.operator(registry=registry(), standalone=True, clusterwide=True))


if __name__ == "__main__":
    main()
