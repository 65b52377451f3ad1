"""Run the sample: read what the operator tells, then play the part. TensorFlow is loaded last."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time

from .config import read_config, read_seconds
from .smoke import Engine, run


def main() -> None:
    """Play this process's part. Raises ValueError for a role that the sample does not know."""
    logging.basicConfig(level=logging.INFO)
    end_when_told()
    time.sleep(read_seconds(sys.argv[1:]))
    run(read_config(os.environ.get("TF_CONFIG", "{}")), load)


def end_when_told() -> None:
    """End at SIGTERM, also while TensorFlow blocks in its own code, where Python hears no signals."""
    told = {signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, told)
    threading.Thread(target=lambda: os._exit(128 + signal.sigwait(told)), daemon=True).start()


def load() -> Engine:
    from .engine import TensorFlow  # noqa: PLC0415  takes seconds, and the log is to begin before

    return TensorFlow()


if __name__ == "__main__":
    main()
