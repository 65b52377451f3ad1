"""What the NFS server exports: read once the lab's names are answered, as clients may be given by name."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import ContainerFailed, LabError
from lab.host import Host
from lab.spec.exports import CHECK_COMMAND, EXPORTS_FILE, apply_command
from lab.spec.topology import Topology

APPLY_SECONDS = 60
ASK_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Exports:
    topology: Topology
    host: Host
    name: str = "exports"

    def up(self) -> None:
        """Have the server read its file, as it is now: whoever changed it in the container keeps that."""
        command = apply_command(self.topology.nfs.files[EXPORTS_FILE].decode())
        applied = self.host.containers.exec(self.topology.nfs.name, command, timeout=APPLY_SECONDS)
        if not applied.ok:
            raise LabError(f"the NFS server cannot do all that it is told:\n{applied.output.strip()}")

    def down(self) -> None:
        """Nothing outlives the container."""

    def check(self) -> str | None:
        try:
            asked = self.host.containers.exec(self.topology.nfs.name, CHECK_COMMAND, timeout=ASK_SECONDS)
        except ContainerFailed as error:
            return str(error)
        return None if asked.ok else "; ".join(asked.output.strip().splitlines())
