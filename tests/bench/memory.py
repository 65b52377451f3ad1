"""What a lab at rest keeps of the memory, part by part, by the cgroups of its containers.

Counted is what the kernel cannot take back at will: anonymous memory, shared memory, and the kernel's own (slab,
stacks, page tables); files in the page cache are not.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from lab.cli.wiring import Wired
from tests.bench import ground
from tests.bench.row import Row, run, say

REST_SECONDS = 90
MIB = 2**20
V1 = Path("/sys/fs/cgroup/memory")


def measure() -> Sequence[Row]:
    with ground.lab_of_own() as lab:
        say(f"memory: {REST_SECONDS} s of rest")
        time.sleep(REST_SECONDS)
        rows = [Row(f"  memory of {name}", used / MIB, "MiB", None) for name, used in parts(lab)]
    whole = sum(row.ours for row in rows)
    return [*rows, Row("memory of a lab at rest", whole / 1024, "GiB", 1.6)]


def parts(lab: Wired) -> Sequence[tuple[str, int]]:
    nodes = [(node.name, node.container) for node in lab.topology.cluster.nodes]
    others = [(spec.role, spec.name) for spec in lab.topology.containers]
    return [(name, held(container)) for name, container in (*nodes, *others)]


def held(container: str) -> int:
    """Return the bytes that *container*, with all that runs in it, holds. Reads cgroup v1 and v2."""
    pid = run("docker", "inspect", "--format", "{{.State.Pid}}", container).strip()
    lines = [line.split(":", 2) for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
    if V1.is_dir():
        folder = V1 / _container_s(next(path for _, kinds, path in lines if "memory" in kinds.split(",")))
        stat = _stat(folder)
        kernel = folder / "memory.kmem.usage_in_bytes"
        slab = int(kernel.read_text()) if kernel.is_file() else 0
        return stat["total_rss"] + stat["total_shmem"] + slab
    folder = Path("/sys/fs/cgroup") / _container_s(next(path for number, _, path in lines if number == "0"))
    stat = _stat(folder)
    return stat["anon"] + stat["shmem"] + stat["kernel"]


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
