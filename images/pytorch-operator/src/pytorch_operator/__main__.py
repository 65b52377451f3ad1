"""Run the operator until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import kopf
import yaml

from operators.logs import speak

from .flags import read_flags
from .handlers import registry

VERSION_LINE = "pytorch-operator (stand-in of the air-gap lab, v1alpha1)"

log = logging.getLogger(__name__)


def main() -> None:
    flags = read_flags(sys.argv[1:])
    if flags.version:
        print(VERSION_LINE)
        return
    speak(as_json=flags.json_log)
    if flags.config_file:
        read_config(flags.config_file)
    log.info("%s watches all namespaces", VERSION_LINE)
    asyncio.run(kopf.operator(registry=registry(), standalone=True, clusterwide=True))


def read_config(file: Path) -> None:
    """Check the controller's configuration; nothing in it matters to the stand-in.

    Raises OSError or yaml.YAMLError, which end the process: a wrong mount is to be seen.
    """
    log.info("controller configuration: %s", yaml.safe_load(file.read_text(encoding="utf-8")) or {})


if __name__ == "__main__":
    main()
