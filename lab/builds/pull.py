"""Having the nodes pull images by their original names, from the lab's registry and nowhere else.

Facts: containerd's docs/hosts.md. `server` is where a pull goes when no other host is named: without it, the
original registry would be asked. With `override_path` the address is taken as it stands, prefix and all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


def node_digests(answer: Completed) -> frozenset[str]:
    """Return the manifest digests in `crictl inspecti -o json`; none where the node has no such image."""
    if not answer.ok:
        return frozenset()
    try:
        names = json.loads(answer.stdout)["status"]["repoDigests"]
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(f"crictl inspecti said what is not understood: {answer.stdout[:200]}") from error
    return frozenset(name.rpartition("@")[2] for name in names)


def _pull_on(
    containers: Containers, node: str, images: Mapping[Reference, str]
) -> tuple[list[str], list[str]]:
    """Pull one after the other: a node's disk and its containerd gain nothing from more at a time."""
    made: list[str] = []
    failed: list[str] = []
    for reference, digest in images.items():
        if digest in _digests(containers, node, reference):
            continue
        pulled = containers.exec(node, ["crictl", "pull", str(reference)], timeout=PULL_SECONDS)
        if not pulled.ok:
            failed.append(f"{node}: {reference}: {pulled.ended}: {' '.join(pulled.output.split())[-400:]}")
            continue
        seen = _digests(containers, node, reference)
        if digest not in seen:
            failed.append(f"{node}: {reference}: pulled {', '.join(sorted(seen)) or 'nothing'}, not {digest}")
            continue
        made.append(f"{node}: {reference}")
    return made, failed


def _digests(containers: Containers, node: str, reference: Reference) -> frozenset[str]:
    argv = ["crictl", "inspecti", "--output", "json", str(reference)]
    return node_digests(containers.exec(node, argv, timeout=ASK_SECONDS))
