"""What the rulesets are made of: chains, the counters and sets of their hooks, and the rules that refuse."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

SET_SIZE = 16384
"""Distinct attempts that one set can tell apart; the plain total goes on counting beyond."""
ENGINE_RESOLVER = IPv4Address("127.0.0.11")
"""Docker's own, in every container on a network of the user's; it passes names on to the host's resolver."""

PORTED = "{ tcp, udp, udplite, sctp, dccp }"
ICMPV6 = "58"
"""By number: the name is looked up in /etc/protocols, which a small image has not."""


def counters(*hooks: str) -> list[str]:
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


def chain(hook: str, priority: int, rules: Sequence[str]) -> list[str]:
    """A base chain of *hook*, named like it, that accepts what no rule takes."""
    return [
        f"  chain {hook} {{",
        f"    type filter hook {hook} priority {priority}; policy accept;",
        *(f"    {rule}" for rule in rules),
        "  }",
    ]


def count(hook: str) -> list[str]:
    """The rules that count a packet in the total and in the set that its protocol belongs to."""
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


def refuse(refusal: str) -> list[str]:
    """The rules that end a packet's way: `drop` in silence, anything else with an answer."""
    if refusal == "drop":
        return ["drop"]
    return ["meta l4proto tcp reject with tcp reset", "reject with icmpx admin-prohibited"]


def refuse_resolver(hook: str, refusal: str) -> list[str]:
    """Refuse Docker's resolver, counted by what was asked before its NAT led to a port of chance."""
    resolver = f"ip daddr {ENGINE_RESOLVER}"
    asked = "ip saddr . ct original ip daddr . meta l4proto . ct original proto-dst"
    return [
        f"{resolver} counter name refused_{hook}",
        f"{resolver} meta l4proto {{ tcp, udp }} add @{hook}_4_ports {{ {asked} }}",
        *(f"{resolver} {rule}" for rule in refuse(refusal)),
    ]
