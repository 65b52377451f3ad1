"""Log lines in TensorFlow's form, on stderr: time, level, where it was said, what."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

MAIN = "tensorflow_serving/model_servers/main.cc:147"
RUNNING = "tensorflow_serving/model_servers/main.cc:288"
CORE = "tensorflow_serving/model_servers/server_core.cc:441"
ADDING = "tensorflow_serving/model_servers/server_core.cc:492"
RESERVED = "tensorflow_serving/core/basic_manager.cc:705"
HARNESS = "tensorflow_serving/core/loader_harness.cc"
SOURCE = "tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc:268"


def line(level: str, where: str, what: str, now: datetime) -> str:
    return f"{now:%Y-%m-%d %H:%M:%S.%f}: {level} {where}] {what}"


def say(level: str, where: str, what: str) -> None:
    """Say *what* at *level* (I, W or E)."""
    print(line(level, where, what, datetime.now(UTC)), file=sys.stderr, flush=True)
