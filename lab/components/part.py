"""A part that is one container: it runs, and a question put to it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.errors import ContainerFailed
from lab.host import Host
from lab.host.clock import wait_until
from lab.spec.topology import ContainerSpec, Topology

READY_SECONDS = 30
ASK_SECONDS = 5
LONGEST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Part:
    """*question* is run in the container; exit code 0 means that the part does its work."""

    topology: Topology
    host: Host
    spec: ContainerSpec
    question: Sequence[str]
    shown: str | None = None
    """What the user calls it, where that is not its role."""

    @property
    def name(self) -> str:
        return self.shown or self.spec.role

    def up(self) -> None:
        self.host.containers.ensure(self.spec, self.topology.network, self.topology.labels)
        wait_until(self.name, self.check, clock=self.host.clock, timeout=READY_SECONDS)

    def down(self) -> None:
        self.host.containers.remove(self.spec.name)

    def check(self) -> str | None:
        for seen in self.host.containers.seen(self.topology.labels):
            if seen.name == self.spec.name:
                if not seen.running:
                    return f"the container is {seen.state}{self._last_words()}"
                return self._answer()
        return "the container is not there"

    def _last_words(self) -> str:
        """Say why it ended, in its own words: a taken port, a file that cannot be read."""
        try:
            said = self.host.containers.logs(self.spec.name).strip().splitlines()
        except ContainerFailed:  # it may be gone between two looks
            return ""
        return f"; it last said: {said[-1][-LONGEST_WORDS:]}" if said else ""

    def _answer(self) -> str | None:
        try:
            answer = self.host.containers.exec(self.spec.name, self.question, timeout=ASK_SECONDS)
        except ContainerFailed as error:  # it may end between two looks
            return str(error)
        return None if answer.ok else answer.last_line


@dataclass(frozen=True, slots=True)
class Gatekeeper(Part):
    """The container from which rules are put in place and watched over: first up, last down."""

    def down(self) -> None:
        """Go, with whatever else is left of the lab; but stay as long as the network and the wall do."""
        if self.host.containers.network_labels(self.topology.network.name) is None:
            self.host.containers.sweep(self.topology.labels)
