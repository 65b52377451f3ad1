"""The container from which rules are put in place and watched over: first up, last down."""

from __future__ import annotations

from dataclasses import dataclass

from lab.components.part import Part
from lab.host import Host
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    topology: Topology
    host: Host
    name: str = "gatekeeper"

    def up(self) -> None:
        self._part.up()

    def down(self) -> None:
        """Go, with whatever else is left of the lab; but stay as long as the network does, beside the wall."""
        if self.host.containers.network_labels(self.topology.network.name) is None:
            self.host.containers.sweep(self.topology.labels)

    def check(self) -> str | None:
        return self._part.check()

    @property
    def _part(self) -> Part:
        return Part(self.topology, self.host, self.topology.seal, ("true",), shown=self.name)
