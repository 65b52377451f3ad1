"""Who trusts the lab's own authority: nodes and workstation, as an administrator would have them do it.

Containerd needs no trust for the mirrors, which it asks by HTTP; whoever asks a mirrored registry by its name
(curl, docker, a node's own tools) does.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.host import Host
from lab.spec import front
from lab.spec.topology import Topology

PLACE = "/usr/local/share/ca-certificates/airgap-lab.crt"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
SECONDS = 30
HAS = f'cmp -s "{PLACE}" - && grep -qF "$(tail -n 2 "{PLACE}")" "{BUNDLE}"'
LEARN = f"""set -e
cat > "{PLACE}"
update-ca-certificates > /dev/null
# An engine that runs already has read the old ones.
if [ -s /run/docker.pid ]; then kill "$(cat /run/docker.pid)" || true; fi
"""


@dataclass(frozen=True, slots=True)
class Trust:
    topology: Topology
    host: Host
    name: str = "trust"

    def up(self) -> None:
        authority = self._authority()
        if untold := self._untold(authority):
            with ThreadPoolExecutor(len(untold)) as pool:
                list(pool.map(lambda container: self._tell(container, authority), untold))

    def down(self) -> None:
        """Nothing outlives the containers."""

    def check(self) -> str | None:
        untold = self._untold(self._authority())
        return f"the lab's authority is not trusted by {', '.join(untold)}" if untold else None

    def _authority(self) -> str:
        asked = self.host.containers.exec(self.topology.front.name, ["cat", front.AUTHORITY], timeout=SECONDS)
        return asked.check().stdout

    def _untold(self, authority: str) -> Sequence[str]:
        containers = [node.container for node in self.topology.cluster.nodes] + [
            self.topology.workstation.name
        ]

        def knows(container: str) -> bool:
            asked = self.host.containers.exec(
                container, ["bash", "-c", HAS], timeout=SECONDS, stdin=authority
            )
            return asked.ok

        with ThreadPoolExecutor(len(containers)) as pool:
            known = list(pool.map(knows, containers))
        return [container for container, knew in zip(containers, known, strict=True) if not knew]

    def _tell(self, container: str, authority: str) -> None:
        told = self.host.containers.exec(container, ["bash", "-c", LEARN], timeout=SECONDS, stdin=authority)
        told.check()
