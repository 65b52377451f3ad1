"""Where the rules are put in place from: the seal container.

It is in the engine's own network namespace and sees the processes of the host: the host itself needs neither
nft nor root.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.host import Host
from lab.spec.topology import Topology

SECONDS = 30


def at_host(topology: Topology, host: Host, script: str) -> str:
    """Run *script* in the seal container and return what it printed."""
    return (
        host.containers.exec(topology.seal.name, ["sh", "-s"], timeout=SECONDS, stdin=script).check().stdout
    )


def spaces(topology: Topology) -> Mapping[str, str]:
    """Return the container of each network namespace of the lab, by place."""
    return {
        **{node.name: node.container for node in topology.cluster.nodes},
        "site": topology.site.name,
        "sinkhole": topology.sinkhole.name,
        "workstation": topology.workstation.name,
    }
