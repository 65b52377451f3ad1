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
from lab.spec import compare, nft, ruleset
from lab.spec.plan import COLLECTOR_SETTINGS, SINKHOLE_TABLE
from lab.spec.ruleset import Ruleset
from lab.spec.topology import Topology

SECONDS = 30
TABLES = (ruleset.TABLE, SINKHOLE_TABLE)
"""What the lab itself puts into its namespaces."""


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
        if self._changed():
            self._run(nft.loading([(None, self.rules)]))
        _watch(self.topology, self.host, ())

    def down(self) -> None:
        """Take the table away, once nothing is on the network that it would have to stop.

        Where a crash left no seal container, one is made for it.
        """
        seal, containers = self.topology.seal, self.host.containers
        ours = {one.name for one in containers.seen(self.topology.labels)}
        if others := [one for one in containers.attached(self.topology.network.name) if one not in ours]:
            raise LabError(f"it stays as long as {', '.join(others)} is on the network")
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
        if reason := self._changed():
            return reason
        (table,) = nft.listed(self._run(nft.listing([(None, self.rules.table)])))
        if hits := nft.refused(table):
            return f"{hits} packets got past a seal and were stopped here; `lab egress` says whose"
        return None

    def _changed(self) -> str | None:
        (found,) = compare.compared(self._run(compare.comparing([(None, self.rules)])))
        return compare.missing(found, self.rules)

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
            self._run(nft.loading([(space.pid, space.rules) for space in stale]))
            found = self._compared(stale)
            others = [(space.pid, compare.others(found[space.place], TABLES)) for space in stale]
            self._run(compare.clearing(others))
            # What knocked before the seal closed is in the ledger; from here on the wall must hear nothing.
            self._run(nft.resetting(ruleset.wall_table(self.topology.name)))
        _watch(self.topology, self.host, spaces)

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
