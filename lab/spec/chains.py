"""What the rulesets are made of: chains, the counters and sets of their hooks, and the rules that refuse."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

SET_SIZE = 16384
"""Distinct attempts that one set can tell apart between two readings; others are summed up by source."""
BUSY = "limit rate over 2000/second burst 2000 packets"
"""Beyond this a source's attempts are summed up, so that no single one fills the sets that all need."""
ENGINE_RESOLVER = IPv4Address("127.0.0.11")
"""Docker's own, in every container on a network of the user's; it passes names on to the host's resolver."""

PORTED = "{ tcp, udp, udplite, sctp, dccp }"
ICMPV6 = "58"
"""By number: the name is looked up in /etc/protocols, which a small image has not."""
VERSIONS = ((4, "ip", "ipv4_addr", "icmp"), (6, "ip6", "ipv6_addr", ICMPV6))


def counters(*hooks: str) -> list[str]:
    """A total and the sets of a hook: with ports, ICMP by its type, any other protocol by its number.

    Every key begins with the link that the packet came in by (`output`: goes out by): nobody can forge that.
    What these sets have no room for, and what a busy source sends, is in `more`: link, source, protocol.
    """
    lines = []
    for hook in hooks:
        lines.append(f"  counter refused_{hook} {{ }}")
        for version, _, address, _ in VERSIONS:
            icmp = "icmp_type" if version == 4 else "icmpv6_type"
            ends = f"ifname . {address} . {address}"
            for kind, key in (
                ("ports", f"{ends} . inet_proto . inet_service"),
                ("icmp", f"{ends} . {icmp}"),
                ("bare", f"{ends} . inet_proto"),
                ("more", f"ifname . {address} . inet_proto"),
            ):
                lines.append(_set(f"{hook}_{version}_{kind}", key, "counter;"))
            lines.append(_set(f"{hook}_{version}_busy", f"ifname . {address}", "timeout 10s;"))
    return lines


def counting(hook: str, *, protocol: str = "meta nfproto", v4: str = "ipv4", v6: str = "ipv6") -> list[str]:
    """A chain that counts a packet in the total, and once in the sets. *protocol* and what follows: how a
    table of another family than inet tells the versions of IP apart.
    """
    link = "oifname" if hook == "output" else "iifname"
    lines = [f"  chain count_{hook} {{", f"    counter name refused_{hook}"]
    for version, said in ((4, v4), (6, v6)):
        lines.append(f"    {protocol} {said} goto count_{hook}_{version}")
    lines.append("  }")
    inner = []
    for version, ip, _, icmp in VERSIONS:
        ends = f"{link} . {ip} saddr . {ip} daddr"
        icmp_type = "icmp type" if version == 4 else "icmpv6 type"
        name = f"{hook}_{version}"
        more = f"add @{name}_more {{ {link} . {ip} saddr . meta l4proto }}"
        bare = f"meta l4proto != {PORTED} meta l4proto != {icmp} add @{name}_bare"
        inner += [
            f"  chain count_{name} {{",
            f"    add @{name}_busy {{ {link} . {ip} saddr {BUSY} }} {more} return",
            f"    meta l4proto {PORTED} add @{name}_ports {{ {ends} . meta l4proto . th dport }} return",
            f"    meta l4proto {icmp} add @{name}_icmp {{ {ends} . {icmp_type} }} return",
            f"    {bare} {{ {ends} . meta l4proto }} return",
            f"    {more}",
            "  }",
        ]
    return [*inner, *lines]


def chain(hook: str, priority: int, rules: Sequence[str], *, name: str = "", device: str = "") -> list[str]:
    """A base chain of *hook*, named like it if not otherwise, that accepts what no rule takes."""
    on = f' device "{device}"' if device else ""
    return [
        f"  chain {name or hook} {{",
        f"    type filter hook {hook}{on} priority {priority}; policy accept;",
        *(f"    {rule}" for rule in rules),
        "  }",
    ]


def inner(name: str, rules: Sequence[str]) -> list[str]:
    """A chain that others go to."""
    return [f"  chain {name} {{", *(f"    {rule}" for rule in rules), "  }"]


def refuse(refusal: str) -> list[str]:
    """The rules that end a packet's way: `drop` in silence, anything else with an answer.

    Who has no IPv6 address but its link's own hears of a connection what it would hear without any route.
    """
    if refusal == "drop":
        return ["drop"]
    return [
        "meta l4proto tcp ip6 saddr { ::1, fe80::/10 } reject with icmpv6 no-route",
        "meta l4proto tcp reject with tcp reset",
        "reject with icmpx admin-prohibited",
    ]


def refuse_resolver(hook: str, refusal: str) -> list[str]:
    """Refuse Docker's resolver, counted by what was asked before its NAT led to another port."""
    resolver = f"ip daddr {ENGINE_RESOLVER}"
    link = "oifname" if hook == "output" else "iifname"
    asked = f"{link} . ip saddr . ct original ip daddr . meta l4proto . ct original proto-dst"
    asks = "meta l4proto { tcp, udp }"
    return [
        f"{resolver} {asks} counter name refused_{hook} add @{hook}_4_ports {{ {asked} }}",
        f"{resolver} meta l4proto != {{ tcp, udp }} jump count_{hook}",
        *(f"{resolver} {rule}" for rule in refuse(refusal) if "ip6" not in rule),
    ]


def _set(name: str, key: str, rest: str) -> str:
    return f"  set {name} {{ type {key}; size {SET_SIZE}; flags dynamic; {rest} }}"
