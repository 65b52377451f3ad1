"""What the watcher in the gatekeeper is told, so that it puts a container in order as soon as that restarts.

A restarted container has a new network namespace, without rules and routes, and the engine's resolv.conf.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from lab.host import Host
from lab.host.containers import standing
from lab.spec import bridge, links
from lab.spec.plan import WATCHER_SETTINGS
from lab.spec.ruleset import Ruleset
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Watch:
    topology: Topology
    host: Host
    rules: Callable[[], Mapping[str, Ruleset]]
    """Of each place, by its name."""
    ways: Callable[[], Mapping[str, Mapping[str, str]]]
    """The routes of each node, by its name: target to gateway."""
    others_ways: Callable[[], Mapping[str, str]]
    """The routes of every other place."""
    senders: Callable[[], Mapping[str, Iterable[IPv4Network]]]
    """What each container may send as, by its name."""
    name: str = "watcher"

    def up(self) -> None:
        self.host.containers.put(self.topology.seal.name, {WATCHER_SETTINGS: self._settings()})

    def down(self) -> None:
        """Nothing outlives the gatekeeper."""

    def check(self) -> str | None:
        if self.host.containers.read(self.topology.seal.name, WATCHER_SETTINGS) != self._settings():
            return "it would seal another lab than the one that stands when a container restarts"
        return None

    def _settings(self) -> bytes:
        topology = self.topology
        nodes = {node.name: node.container for node in topology.cluster.nodes}
        others = {one.role: one.name for one in (topology.site, topology.sinkhole, topology.workstation)}
        asks_site = {*nodes, topology.workstation.role}
        seen = standing(self.host.containers, topology)
        rules, ways, others_ways, senders = self.rules(), self.ways(), self.others_ways(), self.senders()
        places = [
            {
                "place": place,
                "container": seen[container].id,
                "name": container,
                "rules": rules[place].text,
                "table": f"{rules[place].family} {rules[place].table}",
                "mark": rules[place].mark,
                "routes": [f"{to} via {via}" for to, via in ways.get(place, others_ways).items()],
                "lead": links.LEAD,
                "resolver": f"nameserver {topology.site_address}\n" if place in asks_site else "",
                "opens": bridge.opening(topology.name, senders[container]),
            }
            for place, container in (nodes | others).items()
            if container in seen and container in senders
        ]
        settings = {
            "bridge": topology.network.bridge,
            "holds": bridge.holding(topology.name),
            "places": places,
        }
        return json.dumps(settings, indent=1).encode()
