"""The wall on the host's bridge: whatever leaves it for anywhere else got past a seal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.components.seal.host import at_host
from lab.errors import ContainerFailed, LabError
from lab.host import Host
from lab.ledger import books, leaks
from lab.spec import bridge, compare, nft, ruleset
from lab.spec.ruleset import Ruleset
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Wall:
    """Refuses and counts what gets past the seals. First up, last down; its count must stay 0."""

    topology: Topology
    host: Host
    name: str = "wall"

    def up(self) -> None:
        if changed := [rules for rules in self.rules if _changed(self.topology, self.host, rules)]:
            _load(self.topology, self.host, changed)

    def down(self) -> None:
        """Take the tables away, once nothing is on the network that they would have to stop.

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
        self._run(nft.removing([(None, ruleset.wall_table(self.topology.name))], nft.WALL_FAMILIES))
        if not stands:
            containers.remove(seal.name)

    def check(self) -> str | None:
        for rules in self.rules:
            if reason := _changed(self.topology, self.host, rules):
                return reason
        return leaks.unacknowledged(self.topology, self.host)

    def leaked(self) -> int:
        """Return how many packets of the lab it has stopped on their way to a place outside."""
        table = ruleset.wall_table(self.topology.name)
        return sum(map(nft.leaked, nft.listed(self._run(nft.listing([(None, table)], nft.WALL_FAMILIES)))))

    @property
    def rules(self) -> tuple[Ruleset, ...]:
        topology = self.topology
        network = topology.network
        return (
            ruleset.wall(topology.name, network.bridge, refusal=topology.refusal, subnet=network.subnet),
            bridge.ports(topology.name, topology.cluster.service_subnet),
        )

    def _run(self, script: str) -> str:
        return at_host(self.topology, self.host, script)


@dataclass(frozen=True, slots=True)
class Gate:
    """The wall's table on the bridge itself, which needs the bridge. It goes with it."""

    topology: Topology
    host: Host
    name: str = "gate"

    def up(self) -> None:
        if self.check() is not None:
            _load(self.topology, self.host, [self.rules])

    def down(self) -> None:
        """The wall takes it away, when the network is gone."""

    def check(self) -> str | None:
        return _changed(self.topology, self.host, self.rules)

    @property
    def rules(self) -> Ruleset:
        topology, cluster = self.topology, self.topology.cluster
        ranges = (cluster.pod_subnet, cluster.service_subnet)
        return bridge.gate(
            topology.name, topology.network.bridge, ranges, cluster.pod_subnet, refusal=topology.refusal
        )


def _load(topology: Topology, host: Host, tables: Sequence[Ruleset]) -> None:
    """Put *tables* in place; what those that stand there have counted is in the ledger before they go."""
    listing = nft.listing([(None, ruleset.wall_table(topology.name))], nft.WALL_FAMILIES)
    if any(nft.listed(at_host(topology, host, listing))):
        books.read_now(topology, host)
    at_host(topology, host, nft.loading([(None, rules) for rules in tables]))


def _changed(topology: Topology, host: Host, rules: Ruleset) -> str | None:
    """Say how the table that stands at the host differs from *rules*; None: not at all."""
    (found,) = compare.compared(at_host(topology, host, compare.comparing([(None, rules)])))
    return compare.missing(found, rules)
