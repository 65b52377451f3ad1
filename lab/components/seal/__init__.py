"""The seal in every namespace of the lab. Put in place from the seal container, as the wall is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.components.seal.host import at_host, spaces
from lab.components.seal.ports import Ports
from lab.components.seal.wall import Gate, Wall
from lab.errors import LabError
from lab.host import Host
from lab.host.containers import standing
from lab.ledger import books, leaks
from lab.spec import compare, links, nft, ruleset
from lab.spec.links import Links
from lab.spec.plan import COLLECTOR_SETTINGS, SINKHOLE_TABLE
from lab.spec.ruleset import Ruleset
from lab.spec.topology import Topology

TABLES = (ruleset.TABLE, SINKHOLE_TABLE)
"""What the lab itself puts into its namespaces."""


@dataclass(frozen=True, slots=True)
class Space:
    """One network namespace of the lab. *pid* is a process in it; None where the container does not run."""

    place: str
    container: str
    pid: int | None
    rules: Ruleset


@dataclass(frozen=True, slots=True)
class Seal:
    """A ruleset in each namespace: three nodes, the site, the sinkhole, the workstation."""

    topology: Topology
    host: Host
    name: str = "seal"

    def up(self) -> None:
        """Seal what is not sealed, then open its port; a ruleset that is there already keeps its counters."""
        spaces = self._spaces()
        if absent := [space.place for space in spaces if space.pid is None]:
            raise LabError(f"seal: no such namespace, its container does not run: {', '.join(absent)}")
        stale = [space for space, reason in self._problems(spaces) if reason]
        if stale:
            books.read_now(self.topology, self.host)  # what a table has counted goes with it
            self._run(nft.loading([(space.pid, space.rules) for space in stale]))
            compared = self._compared(stale)
            others = [(space.pid, compare.others(compared[space.place], TABLES)) for space in stale]
            self._run(compare.clearing(others))
        found = Ports(self.topology, self.host).open()
        self._run(links.leading([(space.pid, found.outer.get(space.container)) for space in spaces]))
        _watch(self.topology, self.host, spaces, found)
        if stale:
            leaks.seal_closed(self.topology, self.host)

    def down(self) -> None:
        """Nothing outlives the namespaces, and none is opened before it goes."""

    def check(self) -> str | None:
        problems = [f"{space.place}: {reason}" for space, reason in self._problems(self._spaces()) if reason]
        return "; ".join(problems) or None

    def rules(self) -> Mapping[str, Ruleset]:
        """Return what stands in each place, or should."""
        return {space.place: space.rules for space in self._spaces()}

    def lift(self) -> None:
        """Open every namespace on purpose; the wall still stands. `up` closes them again."""
        self._run(nft.removing([(space.pid, ruleset.TABLE) for space in self._spaces() if space.pid]))

    def _problems(self, spaces: Sequence[Space]) -> Sequence[tuple[Space, str | None]]:
        found = self._compared([space for space in spaces if space.pid is not None])
        return [
            (
                space,
                compare.missing(found[space.place], space.rules)
                or compare.foreign(found[space.place], TABLES)
                if space.place in found
                else "does not run",
            )
            for space in spaces
        ]

    def _compared(self, running: Sequence[Space]) -> Mapping[str, compare.Compared]:
        script = compare.comparing([(space.pid, space.rules) for space in running])
        compared = compare.compared(self._run(script))
        return dict(zip((space.place for space in running), compared, strict=True))

    def _spaces(self) -> Sequence[Space]:
        topology, network = self.topology, self.topology.network
        seen = {name: one for name, one in standing(self.host.containers, topology).items() if one.running}
        places = spaces(topology)
        addresses = [
            address
            for container in places.values()
            if container in seen and (address := seen[container].address) is not None
        ]
        ranges = (topology.cluster.pod_subnet, topology.cluster.service_subnet)
        return [
            Space(
                place,
                container,
                seen[container].pid if container in seen else None,
                ruleset.seal(
                    addresses,
                    ranges,
                    refusal=topology.refusal,
                    # The site's DNS knows kind's node names from Docker's resolver; nobody else may ask that.
                    asks_engine=place == "site",
                    gateway=network.gateway,
                ),
            )
            for place, container in places.items()
        ]

    def _run(self, script: str) -> str:
        return at_host(self.topology, self.host, script)


def _watch(topology: Topology, host: Host, spaces: Sequence[Space], found: Links) -> None:
    """Tell the collector where to read, and whose each port is."""
    stands: list[tuple[str, int | None, Ruleset]] = [
        *(("wall", None, rules) for rules in (*Wall(topology, host).rules, Gate(topology, host).rules)),
        *((space.place, space.pid, space.rules) for space in spaces),
    ]
    seen = standing(host.containers, topology)
    ids = {space.place: seen[space.container].id for space in spaces if space.container in seen}
    places = [
        {
            "place": place,
            "pid": pid,
            "table": rules.table,
            "family": rules.family,
            "linked": True,
            "container": ids.get(place, ""),
        }
        for place, pid, rules in stands
    ]
    told = {"places": places, "ports": {**found.ports, **found.held}}
    host.containers.put(topology.seal.name, {COLLECTOR_SETTINGS: json.dumps(told, indent=1).encode()})
