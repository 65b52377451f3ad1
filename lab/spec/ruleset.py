"""The seal as nft text. Pure; `lab.components.seal` puts it in place, the collector reads its counters.

One shape for all: a chain on each hook lets through what is inside, counts the rest by who, whither and
how, then refuses it. Docker, kube-proxy and the CNI have tables of their own, which ours leaves alone.

Hooks stand at priority 0, after every destination NAT (-100) and before source NAT (100): a Service with an
end point outside is judged by that end point, and the source is still the pod (kubernetes
`pkg/proxy/nftables/proxier.go`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

TABLE = "airgap_lab"
"""In the lab's own namespaces. The wall's, on the host, carries the lab's name: labs stand side by side."""
SET_SIZE = 16384
"""Distinct attempts that one set can tell apart; the plain total goes on counting beyond."""
ENGINE_RESOLVER = IPv4Address("127.0.0.11")
"""Docker's own, in every container on a network of the user's; it passes names on to the host's resolver."""

PORTED = "{ tcp, udp, udplite, sctp, dccp }"
INSIDE = "ip daddr @inside accept"
ANSWERS = "ct state established,related ct direction reply accept"
NEIGHBOUR_TYPES = "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert"
REPORT_TYPES = "mld-listener-report, mld-listener-done, mld2-listener-report"
NEIGHBOURS = (
    f"ip6 hoplimit 255 icmpv6 type {{ {NEIGHBOUR_TYPES} }} accept",
    f"ip6 daddr ff02::/16 icmpv6 type {{ {REPORT_TYPES} }} accept",
)
"""What an IPv6 link itself needs, and no router would pass on."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A table, complete. *digest* names its content and stands in it as a counter's name."""

    table: str
    lines: tuple[str, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    @property
    def mark(self) -> str:
        """The name of the empty counter that tells, from the namespace alone, which ruleset is there."""
        return f"digest_{self.digest}"

    @property
    def rules(self) -> int:
        """How many rules the chains hold: fewer means that somebody took some away."""
        return sum(line.startswith("    ") and not line.startswith("    type ") for line in self.lines)

    @property
    def text(self) -> str:
        """For `nft -f -`: one transaction, so that there is no moment without a seal."""
        body = "\n".join([f"  counter {self.mark} {{ }}", *self.lines])
        table = f"table inet {self.table}"
        return f"{table}\ndelete {table}\n{table} {{\n{body}\n}}\n"


def wall_table(lab: str) -> str:
    """Return the wall's table for the lab named *lab*; a dash may not stand in an nft name."""
    return f"airgap_{lab.replace('-', '_')}"


def seal(
    addresses: Iterable[IPv4Address], ranges: Iterable[IPv4Network], *, refusal: str, asks_engine: bool
) -> Ruleset:
    """Return the ruleset of a namespace of the lab.

    *addresses* are the lab's own, one by one: being in the subnet is not being part of the lab, and the
    gateway is the host. *ranges* are the pods' and the services'. With *asks_engine* the namespace may ask
    Docker's resolver (the site's DNS has kind's node names from there).

    Answers pass only in the direction of a reply, so a connection that was opened outwards before the seal
    is refused too, while the host may still reach the API server through its published port.
    """
    networks = sorted(collapse_addresses([*ranges, *(IPv4Network(one) for one in addresses)]))
    elements = ", ".join(str(network) for network in networks)
    refused = [*_count("output"), *_refuse(refusal)]
    resolver = [] if asks_engine else _resolver("output", refusal)
    # kind's nodes lead their gateway's port 53 to Docker's resolver, for their pods as well.
    pods_resolver = [] if asks_engine else [f'iifname != "lo" {rule}' for rule in _resolver("input", refusal)]
    return Ruleset(
        TABLE,
        (
            f"  set inside {{ type ipv4_addr; flags interval; elements = {{ {elements} }} }}",
            *_counters("output", "forward", "input"),
            *_chain(
                "output",
                0,
                [*resolver, 'oifname "lo" accept', ANSWERS, INSIDE, *NEIGHBOURS, *refused],
            ),
            *_chain("forward", 0, [ANSWERS, INSIDE, *_count("forward"), *_refuse(refusal)]),
            *_chain("input", 0, pods_resolver),
        ),
    )


def wall(lab: str, bridge: str, *, refusal: str) -> Ruleset:
    """Return the second wall, on the host: whatever leaves *bridge* for anywhere else got past a seal.

    Ten before Docker's own filter, which would otherwise take some of it unseen. A host that has no route
    to the destination would never forward, so that is asked before routing. Nothing comes in from elsewhere
    either; the host itself may open connections inwards, and gets its answers.
    """
    leaves = f'iifname "{bridge}" fib daddr type'
    return Ruleset(
        wall_table(lab),
        (
            "  counter inbound { }",
            *_counters("forward", "input"),
            "  chain leaving {",
            *(f"    {rule}" for rule in (*_count("forward"), *_refuse(refusal))),
            "  }",
            *_chain(
                "prerouting",
                -10,
                [
                    f"{leaves} unicast fib daddr oif missing goto leaving",
                    f"{leaves} {{ unreachable, prohibit, blackhole }} goto leaving",
                ],
            ),
            *_chain(
                "forward",
                -10,
                [
                    f'iifname "{bridge}" oifname != "{bridge}" goto leaving',
                    f'iifname != "{bridge}" oifname "{bridge}" counter name inbound {_refuse(refusal)[-1]}',
                ],
            ),
            *_chain(
                "input",
                -10,
                [
                    f'iifname != "{bridge}" accept',
                    ANSWERS,
                    *NEIGHBOURS,
                    *_count("input"),
                    *_refuse(refusal),
                ],
            ),
        ),
    )


def _counters(*hooks: str) -> list[str]:
    """A total and the sets of a hook: with ports, ICMP by its type, any other protocol by its number."""
    lines = []
    for hook in hooks:
        lines.append(f"  counter refused_{hook} {{ }}")
        for version, address, icmp in ((4, "ipv4_addr", "icmp_type"), (6, "ipv6_addr", "icmpv6_type")):
            for kind, rest in (
                ("ports", "inet_proto . inet_service"),
                ("icmp", icmp),
                ("bare", "inet_proto"),
            ):
                lines.append(
                    f"  set {hook}_{version}_{kind} {{ type {address} . {address} . {rest}; "
                    f"size {SET_SIZE}; flags dynamic; counter; }}"
                )
    return lines


ICMPV6 = "58"
"""By number: the name is looked up in /etc/protocols, which a small image has not."""


def _chain(hook: str, priority: int, rules: Sequence[str]) -> list[str]:
    return [
        f"  chain {hook} {{",
        f"    type filter hook {hook} priority {priority}; policy accept;",
        *(f"    {rule}" for rule in rules),
        "  }",
    ]


def _count(hook: str) -> list[str]:
    rules = [f"counter name refused_{hook}"]
    for version, ip, icmp in ((4, "ip", "icmp"), (6, "ip6", ICMPV6)):
        ends = f"{ip} saddr . {ip} daddr"
        family = f"meta nfproto ipv{version} meta l4proto"
        icmp_type = "icmp type" if version == 4 else "icmpv6 type"
        ports = f"add @{hook}_{version}_ports {{ {ends} . meta l4proto . th dport }}"
        types = f"add @{hook}_{version}_icmp {{ {ends} . {icmp_type} }}"
        numbers = f"add @{hook}_{version}_bare {{ {ends} . meta l4proto }}"
        rules += [
            f"{family} {PORTED} {ports}",
            f"{family} {icmp} {types}",
            f"{family} != {PORTED} meta l4proto != {icmp} {numbers}",
        ]
    return rules


def _refuse(refusal: str) -> list[str]:
    if refusal == "drop":
        return ["drop"]
    return ["meta l4proto tcp reject with tcp reset", "reject with icmpx admin-prohibited"]


def _resolver(hook: str, refusal: str) -> list[str]:
    """Refuse Docker's resolver, counted by what was asked before its NAT led to a port of chance."""
    resolver = f"ip daddr {ENGINE_RESOLVER}"
    asked = "ip saddr . ct original ip daddr . meta l4proto . ct original proto-dst"
    return [
        f"{resolver} counter name refused_{hook}",
        f"{resolver} meta l4proto {{ tcp, udp }} add @{hook}_4_ports {{ {asked} }}",
        *(f"{resolver} {rule}" for rule in _refuse(refusal)),
    ]
