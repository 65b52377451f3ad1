"""What the operator tells a process: TF_CONFIG, and the command line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MASTER, WORKER, PS = "master", "worker", "ps"


@dataclass(frozen=True, slots=True)
class Config:
    """*whole* is all of TF_CONFIG; a process without a cluster plays alone."""

    whole: Mapping[str, Any]
    cluster: Mapping[str, list[str]]
    task: Mapping[str, Any]

    @property
    def role(self) -> str:
        return str(self.task.get("type", "")).lower()

    @property
    def index(self) -> int:
        return int(self.task.get("index", 0))

    @property
    def port(self) -> int:
        """The port of the process's own server. Raises LookupError for a task that is not in the cluster."""
        return int(self.cluster[self.role or MASTER][self.index].rpartition(":")[2])


def read_config(text: str) -> Config:
    """Read TF_CONFIG. Raises ValueError for what is not JSON, or a role that the sample does not know."""
    whole = json.loads(text or "{}")
    config = Config(whole, whole.get("cluster") or {}, whole.get("task") or {})
    if config.role not in ("", MASTER, WORKER, PS):
        raise ValueError(f"invalid job_type {config.role}")
    return config


def read_seconds(argv: Sequence[str]) -> float:
    """Give `--sleep_secs`; whatever else is on the command line is ignored, as by the original."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--sleep_secs", type=float, default=0)
    known, _ = parser.parse_known_args(argv)
    seconds: float = known.sleep_secs
    return seconds
