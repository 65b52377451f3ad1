"""Who is asked for names: the site's DNS, by all who ask; and what it answers for the lab."""

from __future__ import annotations

import json
from dataclasses import dataclass

from lab.host import Host
from lab.host.containers import standing
from lab.spec import front
from lab.spec.plan import SETTINGS
from lab.spec.topology import Topology


@dataclass(frozen=True, slots=True)
class Names:
    """Docker gives every container its own resolver, which would pass names on to the host's."""

    topology: Topology
    host: Host
    name: str = "names"

    def up(self) -> None:
        for container in self._askers():
            # The engine mounts this file, so it is written in place, not replaced.
            self.host.containers.exec(
                container, ["bash", "-c", "cat > /etc/resolv.conf"], timeout=10, stdin=self._resolver
            ).check()
        settings = json.loads(self.topology.dns.files[SETTINGS])
        settings["hosts"] = self.hosts()
        self.host.containers.put(self.topology.dns.name, {SETTINGS: json.dumps(settings, indent=1).encode()})

    def down(self) -> None:
        """Nothing outlives the containers."""

    def check(self) -> str | None:
        for container in self._askers():
            seen = self.host.containers.exec(container, ["cat", "/etc/resolv.conf"], timeout=5)
            if seen.stdout != self._resolver:
                return f"{container} asks another resolver than the site's DNS"
        told = json.loads(self.host.containers.read(self.topology.dns.name, SETTINGS) or b"{}")
        wanted = self.hosts()
        if wrong := [name for name, one in wanted.items() if told.get("hosts", {}).get(name) != one]:
            return f"the site's DNS has another address than {wanted[wrong[0]]} for {wrong[0]}"
        return None

    @property
    def _resolver(self) -> str:
        return f"nameserver {self.topology.site_address}\n"

    def hosts(self) -> dict[str, str]:
        """Names and addresses of everything that stands: nodes by both of their names."""
        addresses = {
            name: str(one.address)
            for name, one in standing(self.host.containers, self.topology).items()
            if one.address is not None
        }
        named = {"site": str(self.topology.site_address), "registry": str(self.topology.site_address)}
        if self.topology.workstation.name in addresses:
            named["workstation"] = addresses[self.topology.workstation.name]
        for node in self.topology.cluster.nodes:
            if node.container in addresses:
                named[node.name] = named[node.container] = addresses[node.container]
        # The mirrored registries are inside, and come last: an address is named after its machine first.
        mirrored = front.every_name(self.topology.cluster.mirrors)
        return named | dict.fromkeys(mirrored, str(self.topology.site_address))

    def _askers(self) -> list[str]:
        """Return who is told: nodes, workstation, and the NFS server, whose clients may be given by name."""
        told = (self.topology.workstation.name, self.topology.nfs.name)
        return [*(node.container for node in self.topology.cluster.nodes), *told]
