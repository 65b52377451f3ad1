"""Having the nodes pull images by their original names, from the lab's registry and nowhere else.

Facts: containerd's docs/hosts.md. `server` is where a pull goes when no other host is named: without it, the
original registry would be asked. With `override_path` the address is taken as it stands, prefix and all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from lab.builds.reference import Reference
from lab.errors import LabError
from lab.host.containers import Containers
from lab.host.shell import Completed
from lab.spec.registries import prefix

PULL_SECONDS = 600.0
ASK_SECONDS = 30.0


def hosts_toml(original: str, registry_url: str) -> str:
    """Return the hosts.toml that has the lab's registry answer for *original*, and nobody after it."""
    mirror = f"{registry_url}/v2/{prefix(original)}"
    # The host table looks superfluous; containerd 1.7 ignores a file that has none ("invalid `host` tree")
    # and then asks the original.
    return (
        f'server = "{mirror}"\n'
        "override_path = true\n"
        f'[host."{mirror}"]\n'
        'capabilities = ["pull", "resolve"]\n'
        "override_path = true\n"
    )


def pull(containers: Containers, nodes: Sequence[str], images: Mapping[Reference, str]) -> list[str]:
    """Have every image (to its manifest digest) on every node; return `node: reference` for each pull made.

    All of it is tried; then one LabError says what failed.
    """
    with ThreadPoolExecutor(max(1, len(nodes))) as pool:
        ends = list(pool.map(lambda node: _pull_on(containers, node, images), nodes))
    failures = [failure for _, failed in ends for failure in failed]
    if failures:
        raise LabError("not every node could pull every image:\n" + "\n".join(failures))
    return [pulled for made, _ in ends for pulled in made]


def node_images(answer: Completed) -> Mapping[str, frozenset[str]]:
    """Read `crictl images -o json`: each name, by tag and by digest, to the manifest digests of its image."""
    try:
        listed = json.loads(answer.check().stdout)["images"]
        names = [(one.get("repoTags") or [], one.get("repoDigests") or []) for one in listed]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LabError(f"crictl images said what is not understood: {answer.stdout[:200]}") from error
    return {
        name: frozenset(digest.rpartition("@")[2] for digest in digests)
        for tags, digests in names
        for name in (*tags, *digests)
    }


def _pull_on(
    containers: Containers, node: str, images: Mapping[Reference, str]
) -> tuple[list[str], list[str]]:
    """Pull one after the other: a node's disk and its containerd gain nothing from more at a time."""
    there = _images(containers, node)
    absent = {reference: digest for reference, digest in images.items() if digest not in there(reference)}
    failed: dict[Reference, str] = {}
    for reference in absent:
        pulled = containers.exec(node, ["crictl", "pull", str(reference)], timeout=PULL_SECONDS)
        if not pulled.ok:
            failed[reference] = f"{pulled.ended}: {' '.join(pulled.output.split())[-400:]}"
    if absent:
        there = _images(containers, node)
    for reference, digest in absent.items():
        if reference not in failed and digest not in there(reference):
            seen = ", ".join(sorted(there(reference))) or "nothing"
            failed[reference] = f"pulled {seen}, not {digest}"
    made = [f"{node}: {reference}" for reference in absent if reference not in failed]
    return made, [f"{node}: {reference}: {why}" for reference, why in failed.items()]


def _images(containers: Containers, node: str) -> Callable[[Reference], frozenset[str]]:
    """Ask *node* once for all that it has; return the digests that a name stands for there."""
    answer = containers.exec(node, ["crictl", "images", "--output", "json"], timeout=ASK_SECONDS)
    found = node_images(answer)

    def digests(reference: Reference) -> frozenset[str]:
        name = f"{reference.name}@{reference.digest}" if reference.digest else str(reference)
        return found.get(name, frozenset())

    return digests
