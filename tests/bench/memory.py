"""What a lab at rest keeps of the memory, part by part, by the cgroups of its containers.

Counted is the working set, as Kubernetes defines it: all that is charged, less the page cache that is not in use.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from lab.host.lab import Lab
from tests.bench import ground
from tests.bench.row import Row, run, say

REST_SECONDS = 60
MIB = 2**20
V1 = Path("/sys/fs/cgroup/memory")


def measure() -> Sequence[Row]:
    with ground.lab_of_own() as lab:
        say(f"memory: {REST_SECONDS} s of rest")
        time.sleep(REST_SECONDS)
        rows = [Row(f"  memory of {name}", used / MIB, "MiB", None) for name, used in parts(lab)]
    whole = sum(row.ours for row in rows)
    return [*rows, Row("memory of a lab at rest", whole / 1024, "GiB", 1.6)]


def parts(lab: Lab) -> Sequence[tuple[str, int]]:
    nodes = [(node.name, node.container) for node in lab.topology.cluster.nodes]
    others = [(spec.role, spec.name) for spec in lab.topology.containers]
    return [(name, held(container)) for name, container in (*nodes, *others)]


def held(container: str) -> int:
    """Return the working set of *container*, with all that runs in it, in bytes. Reads cgroup v1 and v2."""
    pid = run("docker", "inspect", "--format", "{{.State.Pid}}", container).strip()
    lines = [line.split(":", 2) for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
    if V1.is_dir():
        folder = V1 / _container_s(next(path for _, kinds, path in lines if "memory" in kinds.split(",")))
        return int((folder / "memory.usage_in_bytes").read_text()) - _stat(folder)["total_inactive_file"]
    folder = Path("/sys/fs/cgroup") / _container_s(next(path for number, _, path in lines if number == "0"))
    return int((folder / "memory.current").read_text()) - _stat(folder)["inactive_file"]


def _container_s(path: str) -> str:
    """Return the container's own group: the first process of a node sits in one further down."""
    kept: list[str] = []
    for piece in path.strip("/").split("/"):
        kept.append(piece)
        if len(piece.removeprefix("docker-").removesuffix(".scope")) == 64:
            break
    return "/".join(kept)


def _stat(folder: Path) -> dict[str, int]:
    text = (folder / "memory.stat").read_text()
    return {key: int(value) for key, value in (line.split() for line in text.splitlines())}
