"""The wall's part on the lab's bridge, as nft text: who may send what by which port. Pure.

A container's rights go as far as its port, the host's end of its link. So the port is where its source is
checked, whatever it has done to the rules of its own namespace. Frames that were checked carry a mark as far
as the bridge itself, where those without are dropped: a port that nobody has sealed yet is closed. There,
too, refusals are sent, back by the port that a frame came from, so that no route of the host is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, collapse_addresses

from lab.spec.chains import chain, counters, counting, inner, refuse
from lab.spec.ruleset import NEIGHBOUR_TYPES, REPORT_TYPES, Ruleset, wall_table

CHECKED = "0x1ab5"
"""The mark; taken off before anybody else's rules see it."""
FIRST = -350
"""Before Docker's, and before br_netfilter (0), which tracks the connections of bridged frames."""
CHATTER = f"icmpv6 type {{ {NEIGHBOUR_TYPES}, {REPORT_TYPES} }}"
BY_FRAME = {"protocol": "meta protocol", "v4": "ip", "v6": "ip6"}
OPEN_SETS = ("ports", "sources", "held", "inside")


def ports(lab: str, services: IPv4Network) -> Ruleset:
    """Return the table of the bridge's ports. Its open sets are filled by `filling` and `opening`.

    `ports` are sealed; `sources` is what each may send as. Between a sealed port and another one only what
    is `inside` passes: a node that restarts reaches its cluster before it is sealed again. `held` are the
    ends of what a container of the lab has on other networks: nothing passes there. A Service answers only
    inside, so nothing outside is asked by an address of *services*.
    """
    return Ruleset(
        wall_table(lab),
        (
            "  set ports { type ifname; }",
            "  set sources { type ifname . ipv4_addr; flags interval; }",
            "  set held { type ifname; }",
            "  set inside { type ipv4_addr; flags interval; }",
            "  counter inbound { }",
            *(
                line
                for hook in ("spoofed", "forward")
                for line in (*counters(hook), *counting(hook, **BY_FRAME))
            ),
            *inner("forged", ["jump count_spoofed", "drop"]),
            *inner("leaving", [f"{CHATTER} drop", "meta protocol { ip, ip6 } jump count_forward", "drop"]),
            *chain(
                "prerouting",
                FIRST,
                [
                    "iifname @held goto leaving",
                    "iifname != @ports accept",
                    "meta protocol != { ip, ip6, arp } goto forged",
                    "iifname . ip saddr != @sources goto forged",
                    "arp saddr ip != 0.0.0.0 iifname . arp saddr ip != @sources goto forged",
                    "ip6 saddr != { ::, fe80::/10 } goto forged",
                    f"ip saddr {services} ip daddr != @inside goto forged",
                    f"meta mark set {CHECKED}",
                ],
            ),
            *chain(
                "forward",
                FIRST,
                [
                    "oifname @held counter name inbound drop",
                    "iifname @ports oifname @ports accept",
                    "iifname != @ports oifname != @ports accept",
                    "meta protocol arp accept",
                    "ip saddr @inside ip daddr @inside accept",
                    "iifname @ports meta pkttype other ip daddr != @inside goto leaving",
                    "counter name inbound drop",
                ],
            ),
            *chain("output", FIRST, ["oifname @held counter name inbound drop"]),
        ),
        family="bridge",
        open_sets=OPEN_SETS,
    )


def gate(lab: str, bridge: str, ranges: Iterable[IPv4Network], pods: IPv4Network, *, refusal: str) -> Ruleset:
    """Return the table of what the bridge hands to the host: a frame for anybody but the host is refused.

    *ranges* are the pods' and the services': what the host gets for them has lost its way, and did not leave.
    What is for everybody is for the host as well, which would hear it and not say so. A pod that calls the
    host is answered here, since the host has no way to it. A port that is not sealed is not answered, since
    its source may be anybody's; what it sends to the host itself may be a reply.
    """
    inside = ", ".join(str(one) for one in sorted(collapse_addresses(ranges)))
    hooks = ("forward", "input", "stray", "unsealed")
    return Ruleset(
        wall_table(lab),
        (
            f"  set inside {{ type ipv4_addr; flags interval; elements = {{ {inside} }} }}",
            *(line for hook in hooks for line in (*counters(hook), *counting(hook, **BY_FRAME))),
            "  counter closed { }",
            *inner(
                "closed",
                [
                    "fib daddr type { local, broadcast, multicast } counter name closed drop",
                    "ip daddr @inside counter name closed drop",
                    "jump count_unsealed",
                    "drop",
                ],
            ),
            *inner("lost", ["jump count_stray", *refuse(refusal)]),
            *inner("leaving", ["jump count_forward", *refuse(refusal)]),
            *inner("calling", ["jump count_input", *refuse(refusal)]),
            *chain(
                "ingress",
                0,
                [
                    "meta protocol arp accept",
                    "meta pkttype other accept",
                    f"meta mark != {CHECKED} goto closed",
                    "meta mark set 0",
                    "ip daddr @inside goto lost",
                    f"{CHATTER} accept",
                    "fib daddr type { broadcast, multicast } goto calling",
                    "fib daddr type != local goto leaving",
                    f"ip saddr {pods} goto calling",
                ],
                device=bridge,
            ),
        ),
        family="netdev",
    )


def elements(
    sources: Mapping[str, Iterable[IPv4Network]], held: Iterable[str], inside: Iterable[IPv4Network]
) -> dict[str, frozenset[str]]:
    """Return what the open sets hold, by set, in nft's language. *sources* by port."""
    return {
        "ports": frozenset(sources),
        "sources": frozenset(
            f"{port} . {_written(one)}"
            for port, networks in sources.items()
            for one in collapse_addresses(networks)
        ),
        "held": frozenset(held),
        "inside": frozenset(map(_written, collapse_addresses(inside))),
    }


def filling(lab: str, wanted: Mapping[str, Iterable[str]]) -> str:
    """Return nft text that fills the open sets anew, in one transaction, with what `elements` returned."""
    table = f"bridge {wall_table(lab)}"
    flushes = [f"flush set {table} {name}" for name in OPEN_SETS]
    fills = [
        f"add element {table} {name} {{ {', '.join(sorted(wanted[name]))} }}"
        for name in OPEN_SETS
        if wanted[name]
    ]
    return "\n".join([*flushes, *fills]) + "\n"


def opening(lab: str, networks: Iterable[IPv4Network]) -> str:
    """Return nft text that opens the port `{port}`, a template, for what it may send as: *networks*."""
    table = f"bridge {wall_table(lab)}"
    pairs = ", ".join(f"{{port}} . {_written(one)}" for one in sorted(collapse_addresses(networks)))
    return f"add element {table} ports {{ {{port}} }}\nadd element {table} sources {{ {pairs} }}\n"


def holding(lab: str) -> str:
    """Return nft text that holds the port `{port}`, a template, of another network."""
    return f"add element bridge {wall_table(lab)} held {{ {{port}} }}\n"


def _written(network: IPv4Network) -> str:
    return str(network.network_address) if network.prefixlen == 32 else str(network)
