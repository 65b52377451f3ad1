"""The wall on the host's bridge and the seal in every namespace of the lab.

Everything runs inside the seal container, which is in the engine's own network namespace and sees the
processes of the host: the host itself needs neither nft nor root.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.errors import ContainerFailed, LabError
from lab.host import Host
from lab.host.containers import standing
from lab.ledger import books, leaks
from lab.spec import nft, ruleset
from lab.spec.plan import COLLECTOR_SETTINGS
from lab.spec.ruleset import Ruleset
from lab.spec.topology import Topology

SECONDS = 30


@dataclass(frozen=True, slots=True)
class Space:
    """One network namespace of the lab. *pid* is a process in it; None where the container does not run."""

    place: str
    pid: int | None
    rules: Ruleset


@dataclass(frozen=True, slots=True)
class Wall:
    """Refuses and counts what gets past the seals. First up, last down; its count must stay 0."""

    topology: Topology
    host: Host
    name: str = "wall"

    def up(self) -> None:
        rules = self.rules
        if nft.missing(nft.listed(self._run(nft.listing([(None, rules.table)])))[0], rules):
            self._run(nft.loading([(None, rules)]))
        _watch(self.topology, self.host, ())

    def down(self) -> None:
        """Take the table away, through a seal container made for it where a crash left none."""
        seal, containers = self.topology.seal, self.host.containers
        stands = any(one.name == seal.name and one.running for one in containers.seen(self.topology.labels))
        if not stands:
            try:
                containers.ensure(seal, self.topology.network, self.topology.labels)
            except ContainerFailed:
                return  # without its image nothing can have put a wall up
        self._run(nft.removing([(None, self.rules.table)]))
        if not stands:
            containers.remove(seal.name)

    def check(self) -> str | None:
        (table,) = nft.listed(self._run(nft.listing([(None, self.rules.table)])))
        if reason := nft.missing(table, self.rules):
            return reason
        return leaks.unacknowledged(self.topology, self.host)

    @property
    def rules(self) -> Ruleset:
        return ruleset.wall(self.topology.name, self.topology.network.bridge, refusal=self.topology.refusal)

    def _run(self, script: str) -> str:
        return _run(self.topology, self.host, script)


@dataclass(frozen=True, slots=True)
class Seal:
    """A ruleset in each namespace: three nodes, the site, the sinkhole, the workstation."""

    topology: Topology
    host: Host
    name: str = "seal"

    def up(self) -> None:
        """Seal what is not sealed; a ruleset that is there already keeps its counters."""
        spaces = self._spaces()
        if absent := [space.place for space in spaces if space.pid is None]:
            raise LabError(f"seal: no such namespace, its container does not run: {', '.join(absent)}")
        if stale := [space for space, reason in self._problems(spaces) if reason]:
            books.read_now(self.topology, self.host)  # what a table has counted goes with it
            self._run(nft.loading([(space.pid, space.rules) for space in stale]))
            leaks.seal_closed(self.topology, self.host)
        _watch(self.topology, self.host, spaces)

    def down(self) -> None:
        """Nothing outlives the namespaces, and none is opened before it goes."""

    def check(self) -> str | None:
        problems = [f"{space.place}: {reason}" for space, reason in self._problems(self._spaces()) if reason]
        return "; ".join(problems) or None

    def lift(self) -> None:
        """Open every namespace on purpose; the wall still stands. `up` closes them again."""
        self._run(nft.removing([(space.pid, ruleset.TABLE) for space in self._spaces() if space.pid]))

    def _problems(self, spaces: Sequence[Space]) -> Sequence[tuple[Space, str | None]]:
        running = [space for space in spaces if space.pid is not None]
        tables = nft.listed(self._run(nft.listing([(space.pid, ruleset.TABLE) for space in running])))
        found = {space.place: table for space, table in zip(running, tables, strict=True)}
        return [
            (space, nft.missing(found[space.place], space.rules) if space.place in found else "does not run")
            for space in spaces
        ]

    def _spaces(self) -> Sequence[Space]:
        topology = self.topology
        seen = {name: one for name, one in standing(self.host.containers, topology).items() if one.running}
        places: Mapping[str, str] = {
            **{node.name: node.container for node in topology.cluster.nodes},
            "site": topology.site.name,
            "sinkhole": topology.sinkhole.name,
            "workstation": topology.workstation.name,
        }
        addresses = [
            one.address
            for container in places.values()
            if (one := seen.get(container)) is not None and one.address is not None
        ]
        ranges = (topology.cluster.pod_subnet, topology.cluster.service_subnet)
        return [
            Space(
                place,
                seen[container].pid if container in seen else None,
                # The site's DNS knows kind's node names from Docker's resolver; nobody else may ask that.
                ruleset.seal(addresses, ranges, refusal=topology.refusal, asks_engine=place == "site"),
            )
            for place, container in places.items()
        ]

    def _run(self, script: str) -> str:
        return _run(self.topology, self.host, script)


def _run(topology: Topology, host: Host, script: str) -> str:
    return (
        host.containers.exec(topology.seal.name, ["sh", "-s"], timeout=SECONDS, stdin=script).check().stdout
    )


def _watch(topology: Topology, host: Host, spaces: Sequence[Space]) -> None:
    """Tell the collector where to read."""
    places = [
        {"place": "wall", "pid": None, "table": ruleset.wall_table(topology.name)},
        *({"place": space.place, "pid": space.pid, "table": space.rules.table} for space in spaces),
    ]
    settings = json.dumps({"places": places}, indent=1).encode()
    host.containers.put(topology.seal.name, {COLLECTOR_SETTINGS: settings})
