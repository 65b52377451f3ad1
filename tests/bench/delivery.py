"""Images on three nodes, pulled and unpacked: the lab's delivery against `kind load docker-image`.

Both bring the engine's images to the same nodes, which lose every trace in between. The lab's finds its store filled,
as `lab images build` leaves it; it is measured once more with an empty one, as an image that the engine alone has
finds it. That has no bar: `docker save` alone, which both then wait for, takes more.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from lab.builds import deliver as builds
from lab.builds import push, store
from lab.builds.reference import parse_reference
from lab.host.clock import wait_until
from lab.host.lab import Lab
from lab.spec.reading import read_scenario
from tests.bench import ground
from tests.bench.row import Row, median, run, say, timed

ONE = ("gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0",)
SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "images.yaml"
"""Its archive is the set: all that the document carries in."""
ROUNDS = 2
GONE_SECONDS = 60
INODES_SECONDS = 65
"""ext4 passes over inodes that were freed within the last minute (fs/ext4/ialloc.c, recently_deleted), one by one.

Removing 60 000 files just before making as many costs up to half of the processors' time, on either side.
"""
EMPTY_MIB = 700
"""A node's own images, unpacked; what is measured has more."""
CONTAINERD = tuple(
    f"/var/lib/containerd/io.containerd.{part}" for part in ("snapshotter.v1.overlayfs", "content.v1.content")
)
CACHE = Path.home() / ".cache"
"""The stores of the measurement are on the disk on which the lab's own is: /tmp may be memory."""


def measure() -> Sequence[Row]:
    return _measure("the PyTorch image", ONE)


def measure_set() -> Sequence[Row]:
    (images,) = read_scenario(SCENARIO).needs.archives.values()
    return _measure(f"{len(images)} images", images)


def _measure(title: str, images: Sequence[str]) -> Sequence[Row]:
    figures: dict[str, list[float]] = {}
    CACHE.mkdir(exist_ok=True)
    with ground.lab_of_own() as lab:
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="airgap-lab-bench-") as name:
                for what, seconds in _round(lab, images, Path(name)):
                    figures.setdefault(what, []).append(seconds)
                    say(f"delivery: {what} {seconds:.1f} s")
    kind = median(figures["kind load"])
    return [
        Row(f"{title} / `kind load`", median(figures["store filled"]), "s", 0.4, kind),
        Row("  of which: into the registry", median(figures["push"]), "s", None),
        Row("  of which: onto the nodes", median(figures["pull"]), "s", None),
        Row(
            "the same, not yet in the store / `kind load`",
            median(figures["from the engine"]),
            "s",
            None,
            kind,
        ),
        Row("delivery again, nothing changed", median(figures["all there"]), "s", None),
    ]


def _round(lab: Lab, images: Sequence[str], cache: Path) -> Iterator[tuple[str, float]]:
    _clear(lab, images)
    yield "kind load", timed(lambda: run("kind", "load", "docker-image", *images, "--name", ground.LAB))
    _must_be_there(lab, images)
    _clear(lab, images)
    yield "from the engine", timed(lambda: _deliver(lab, images, cache))
    _must_be_there(lab, images)
    _clear(lab, images)
    yield from _filled(lab, images, cache)
    _must_be_there(lab, images)
    yield "all there", timed(lambda: _deliver(lab, images, cache))


def _deliver(lab: Lab, images: Sequence[str], cache: Path) -> None:
    builds.deliver(images, lab.topology, lab.host, cache=cache, say=lambda _: None)


def _filled(lab: Lab, images: Sequence[str], cache: Path) -> Sequence[tuple[str, float]]:
    own = store.open_store(cache)
    stored = store.gather(own, lab.host.shell, images, say=say)

    def pushing() -> None:
        with push.registry(lab.topology.registry_url) as client:
            push.push(client, own, stored)

    pushed = timed(pushing)
    pulled = timed(lambda: _deliver(lab, images, cache))
    return [("push", pushed), ("pull", pulled), ("store filled", pushed + pulled)]


def _must_be_there(lab: Lab, images: Sequence[str]) -> None:
    for node in lab.topology.cluster.nodes:
        for image in images:
            run("docker", "exec", node.container, "crictl", "inspecti", "-q", image)


def _clear(lab: Lab, images: Sequence[str]) -> None:
    """Take every trace of *images* from nodes and registry, and see that they are gone from the disk.

    `kind load` leaves a second name, import-DATE@..., which would hold everything, and writes out Docker Hub's.
    """
    own = tuple(
        prefix
        for image in images
        for prefix in (str(parse_reference(image)).rpartition(":")[0], f"sha256:{_image_id(image)}")
    )
    for node in lab.topology.cluster.nodes:
        ctr = ("docker", "exec", node.container, "ctr", "--namespace", "k8s.io", "images")
        names = run(*ctr, "ls", "-q").split()
        if ours := [one for one in names if one.startswith((*own, "import-"))]:
            run(*ctr, "rm", "--sync", *ours)
    run("docker", "exec", f"{ground.LAB}-registry", "rm", "-rf", "/var/lib/registry/docker")
    for node in lab.topology.cluster.nodes:
        wait_until(
            node.name, lambda node=node: _not_gone(node.container), clock=lab.host.clock, timeout=GONE_SECONDS
        )
    ground.pause(INODES_SECONDS)


def _not_gone(container: str) -> str | None:
    used = run("docker", "exec", container, "du", "-sm", *CONTAINERD)
    whole = sum(int(line.split()[0]) for line in used.splitlines())
    return f"{whole} MiB are still there" if whole > EMPTY_MIB else None


def _image_id(image: str) -> str:
    return run("docker", "image", "inspect", "--format", "{{.Id}}", image).strip().removeprefix("sha256:")
