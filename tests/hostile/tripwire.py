"""The tripwire on the host: counts and drops, so that what gets past seal and wall is seen and goes no further.

A table of the campaign's own, behind every other: on the way out of the host (after source NAT) whatever has to do
with a documentation range or with the lab's own ranges and does not go to the lab's bridge; on the way into the
host what comes from the bridge to a port of the campaign's or with its addresses, after the wall has judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.hostile.places import Ground
from tests.hostile.probe import LEFT_ALONE

PORTS = "20000-29999"
"""Below every port that a kernel takes for its own connections: only the campaign's packets go there."""
OUTSIDE4 = "198.51.100.0/24, 203.0.113.0/24, 233.252.0.0/24"
"""Documentation ranges, the last of multicast (RFC 6676)."""
SECOND = "203.0.113.224/27"
"""The campaign's second networks: what stays on them is their listener's matter."""
OUTSIDE6 = "2001:db8::/32"
_SETS = "".join(
    f"  set {way}{version} {{ type {address} . {address} . inet_proto; size 4096; flags dynamic; counter; }}\n"
    for way in ("left", "heard")
    for version, address in (("4", "ipv4_addr"), ("6", "ipv6_addr"))
)


@dataclass(frozen=True, slots=True)
class Caught:
    """*way*: `left` the host, or was `heard` by it."""

    way: str
    src: str
    dst: str
    protocol: str
    packets: int


@dataclass(frozen=True, slots=True)
class Tripwire:
    ground: Ground

    @property
    def table(self) -> str:
        return f"hostile_{self.ground.topology.name.replace('-', '_')}"

    @property
    def text(self) -> str:
        topology = self.ground.topology
        bridge = topology.network.bridge
        four, six = "ip saddr . ip daddr . meta l4proto", "ip6 saddr . ip6 daddr . meta l4proto"
        left4, left6 = f"add @left4 {{ {four} }} drop", f"add @left6 {{ {six} }} drop"
        heard4, heard6 = f"add @heard4 {{ {four} }} drop", f"add @heard6 {{ {six} }} drop"
        pods = f"{topology.cluster.pod_subnet}, {topology.cluster.service_subnet}"
        return (
            f"table inet {self.table}\ndelete table inet {self.table}\ntable inet {self.table} {{\n{_SETS}"
            "  chain post { type filter hook postrouting priority 300;\n"
            f'    oifname {{ "{bridge}", "lo" }} accept\n'
            f"    ip daddr {LEFT_ALONE} accept\n"
            f"    ip saddr {LEFT_ALONE} accept\n"
            f"    ip saddr {SECOND} ip daddr {{ {SECOND}, 233.252.0.99 }} accept\n"
            f"    ip daddr {{ {OUTSIDE4} }} {left4}\n"
            f"    ip saddr {{ {OUTSIDE4} }} {left4}\n"
            f"    ip6 daddr {OUTSIDE6} {left6}\n"
            f"    ip6 saddr {OUTSIDE6} {left6}\n"
            f'    oifname != "lab-*" ip daddr {{ {pods} }} {left4}\n'
            f'    oifname != "lab-*" ip saddr {{ {pods} }} {left4}\n'
            f"    ip saddr {topology.network.subnet} ip saddr != {topology.network.gateway} {left4}\n"
            "  }\n"
            "  chain in { type filter hook input priority 300;\n"
            f'    iifname != "{bridge}" accept\n'
            f"    ip saddr {{ {OUTSIDE4} }} {heard4}\n"
            f"    ip daddr {{ {OUTSIDE4} }} {heard4}\n"
            f"    meta nfproto ipv4 th dport {PORTS} {heard4}\n"
            f"    meta nfproto ipv6 meta l4proto {{ tcp, udp }} th dport {PORTS} {heard6}\n"
            f"    ip protocol {{ 1, 4, 47, 50, 132 }} ip daddr {topology.network.gateway} "
            f"ct direction original {heard4}\n"
            f"    ip6 saddr {OUTSIDE6} {heard6}\n"
            "  }\n}\n"
        )

    def caught(self) -> list[Caught]:
        done = self.ground.watcher("nft", "-j", "list", "table", "inet", self.table)
        assert done.returncode == 0, f"the tripwire is gone: {done.stderr}"
        found = []
        for one in json.loads(done.stdout)["nftables"]:
            name = one.get("set", {}).get("name", "")
            for element in one.get("set", {}).get("elem", []):
                inner = element.get("elem", element)
                src, dst, protocol = inner["val"]["concat"]
                packets = inner.get("counter", {}).get("packets", 0)
                found.append(Caught(name[:-1], src, dst, str(protocol), packets))
        return found


@contextmanager
def strung(ground: Ground) -> Iterator[Tripwire]:
    """Put the tripwire up; it goes whatever happens."""
    wire = Tripwire(ground)
    done = ground.watcher("nft", "-f", "-", stdin=wire.text)
    assert done.returncode == 0, done.stderr
    try:
        yield wire
    finally:
        removal = ("nft", "delete", "table", "inet", wire.table)
        if ground.watcher(*removal).returncode != 0:  # another part of the campaign has ended the container
            ground.start()
            done = ground.watcher(*removal)
            assert done.returncode == 0, done.stderr
