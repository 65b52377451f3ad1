"""Where unknown names lead in `observe` mode: on every port somebody listens, and notes what is wanted."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import ContainerFailed
from lab.host import Host
from lab.host.clock import wait_until
from lab.host.shell import Completed
from lab.spec.plan import SINKHOLE_PORT, SINKHOLE_TABLE
from lab.spec.topology import Topology

REDIRECT = f"""\
table ip {SINKHOLE_TABLE} {{
  chain prerouting {{
    type nat hook prerouting priority -100; policy accept;
    meta l4proto tcp redirect to :{SINKHOLE_PORT}
  }}
}}
"""
READY_SECONDS = 30
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Sinkhole:
    topology: Topology
    host: Host
    name: str = "sinkhole"

    def up(self) -> None:
        spec = self.topology.sinkhole
        self.host.containers.ensure(spec, self.topology.network, self.topology.labels)
        if self._redirected() is not None:
            self._nft("-f", "-", stdin=REDIRECT).check()
        wait_until(self.name, self.check, clock=self.host.clock, timeout=READY_SECONDS)

    def down(self) -> None:
        self.host.containers.remove(self.topology.sinkhole.name)

    def check(self) -> str | None:
        if problem := self._redirected():
            return problem
        said = self.host.containers.logs(self.topology.sinkhole.name)
        return None if '"ready"' in said else "it does not listen yet"

    def _redirected(self) -> str | None:
        try:
            listed = self._nft("list", "table", "ip", SINKHOLE_TABLE)
        except ContainerFailed as error:
            return str(error)
        return None if listed.ok else "its ports are not redirected"

    def _nft(self, *arguments: str, stdin: str | None = None) -> Completed:
        """Run nft in the sinkhole's namespace, from the seal container, which has it."""
        for one in self.host.containers.seen(self.topology.labels):
            if one.name == self.topology.sinkhole.name and one.running:
                argv = ["nsenter", "-t", str(one.pid), "-n", "nft", *arguments]
                return self.host.containers.exec(self.topology.seal.name, argv, timeout=SECONDS, stdin=stdin)
        raise ContainerFailed("the container does not run; `lab logs sinkhole` may say why")
