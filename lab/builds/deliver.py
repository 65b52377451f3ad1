"""Delivery: store, registry, nodes, in that order, and at each hop only what is not there yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.builds.oci import Store
from lab.builds.pull import pull
from lab.builds.push import push, registry
from lab.builds.reference import Reference
from lab.builds.store import gather, open_store
from lab.builds.stored import Stored
from lab.host import Host
from lab.spec.topology import Topology


def deliver(
    references: Sequence[str], topology: Topology, host: Host, *, cache: Path, say: Callable[[str], None]
) -> None:
    """Have *references* in the registry and on every node, under their original names.

    A user's own archive goes before the engine's image of the same name. Delivering twice is delivering once.
    """
    store = open_store(cache)
    nodes = [node.container for node in topology.cluster.nodes]
    bring(gather(store, host.shell, references, say=say), store, nodes, topology, host, say=say)


def bring(
    images: Mapping[Reference, Stored],
    store: Store,
    nodes: Sequence[str],
    topology: Topology,
    host: Host,
    *,
    say: Callable[[str], None],
) -> list[str]:
    """Have *images*, of *store*, in the registry and on *nodes*; return `node: reference` for each pull."""
    with registry(topology.registry_url) as client:
        sent = push(client, store, images)
    if sent:
        say(f"pushed {sent / 1e6:.0f} MB to the registry")
    made = pull(host.containers, nodes, {reference: stored.digest for reference, stored in images.items()})
    if made:
        say(f"pulled on the nodes: {len(made)} of {len(nodes) * len(images)}")
    return made
