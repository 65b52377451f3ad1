"""The seal and the wall as nft text. Pure; `lab.components` puts them in place, the collector reads them.

A namespace's table works in two places. Where a packet enters, before connections are tracked, its source
is checked: it must be one that can be behind that link. Behind every destination NAT (-100) and before source
NAT (100) its destination is judged: a Service with an end point outside by that end point, and the source is
still the pod (kubernetes `pkg/proxy/nftables/proxier.go`). What passes through is judged before routing: the
kernel answers a packet whose time to live is over, or that has no route, ahead of the forward hook.

Docker, kube-proxy and the CNI have tables of their own, which ours leave alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from lab.spec.chains import chain, counters, counting, inner, refuse, refuse_resolver

TABLE = "airgap_lab"
"""In the lab's own namespaces. The wall's, on the host, carries the lab's name: labs stand side by side."""
RAW = -450
"""Before connections are tracked, and before fragments are put together, which the kernel may answer for."""
INSIDE = "ip daddr @inside accept"
ANSWERS = "ct state established,related ct direction reply"
NEIGHBOUR_TYPES = "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert"
REPORT_TYPES = "mld-listener-report, mld-listener-done, mld2-listener-report"
NEIGHBOURS = (
    f"ip6 hoplimit 255 icmpv6 type {{ {NEIGHBOUR_TYPES} }} accept",
    f"ip6 daddr ff02::/16 icmpv6 type {{ {REPORT_TYPES} }} accept",
)
"""What an IPv6 link itself needs, and no router would pass on."""
SAID_NO = "ip6 daddr fe80::/10 icmpv6 type destination-unreachable accept"
"""The seal's own refusals, to a pod by its link's address."""
OWN = "meta skuid 0-4294967294 fib saddr type != local goto forged"
"""What a program sends by a socket; the kernel's own answers speak for the address that was asked."""
HOOKS = ("output", "forward", "input", "spoofed")
POD_LINKS = "fe80::/96"
"""The addresses that pods have on their links (`lab/spec/podlink.py`): fe80:: and the IPv4 address."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A table, complete. *digest* names its content and stands in it as a counter's name."""

    table: str
    lines: tuple[str, ...]
    family: str = "inet"
    open_sets: tuple[str, ...] = ()
    """Sets that are filled while the lab stands, beside those that count."""

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
        table = f"table {self.family} {self.table}"
        return f"{table}\ndelete {table}\n{table} {{\n{body}\n}}\n"


def wall_table(lab: str) -> str:
    """Return the wall's table for the lab named *lab*; a dash may not stand in an nft name."""
    return f"airgap_{lab.replace('-', '_')}"


def seal(
    addresses: Iterable[IPv4Address],
    ranges: Iterable[IPv4Network],
    *,
    refusal: str,
    asks_engine: bool,
    gateway: IPv4Address | None = None,
) -> Ruleset:
    """Return the ruleset of a namespace of the lab.

    *addresses* are the lab's own, one by one: being in the subnet is not being part of the lab, and the
    *gateway* is the host, which may send and is answered, no more. *ranges* are the pods' and the services'.
    With *asks_engine* the namespace may ask Docker's resolver, where the site's DNS has nodes' names from.

    Answers pass only in the direction of a reply, so a connection that was opened outwards before the seal
    is refused too, while the host may still reach the API server through its published port.
    """
    networks = sorted(collapse_addresses([*ranges, *(IPv4Network(one) for one in addresses)]))
    elements = ", ".join(str(network) for network in networks)
    allowed = [*_answers(gateway), INSIDE, *NEIGHBOURS]
    refused = refuse(refusal)
    resolver = [] if asks_engine else refuse_resolver("output", refusal)
    # kind's nodes lead their gateway's port 53 to Docker's resolver, for their pods as well.
    pods_resolver = (
        [] if asks_engine else [f'iifname != "lo" {rule}' for rule in refuse_resolver("input", refusal)]
    )
    heard = (
        [] if gateway is None else [f"ip saddr {gateway} fib daddr type {{ broadcast, multicast }} accept"]
    )
    return Ruleset(
        TABLE,
        (
            f"  set inside {{ type ipv4_addr; flags interval; elements = {{ {elements} }} }}",
            *(line for hook in HOOKS for line in (*counters(hook), *counting(hook))),
            *inner("forged", ["jump count_spoofed", "drop"]),
            *chain("prerouting", RAW, _sources(gateway), name="entering"),
            *chain("output", RAW, [*NEIGHBOURS, OWN], name="sending"),
            *chain(
                "prerouting",
                -10,
                [
                    "fib daddr type local accept",
                    *allowed,
                    *heard,
                    f"ip6 daddr ff00::/8 ip6 saddr != {POD_LINKS} accept",
                    "jump count_forward",
                    *refused,
                ],
                name="passing",
            ),
            *chain(
                "output",
                0,
                [*resolver, 'oifname "lo" accept', *allowed, SAID_NO, "jump count_output", *refused],
            ),
            *chain("forward", 0, [*_answers(gateway), INSIDE, "jump count_forward", *refused]),
            *chain("input", 0, pods_resolver),
        ),
    )


def _answers(gateway: IPv4Address | None) -> list[str]:
    if gateway is None:
        return [f"{ANSWERS} accept"]
    return [f"{ANSWERS} ct original ip saddr {gateway} accept", f"meta nfproto ipv6 {ANSWERS} accept"]


def _sources(gateway: IPv4Address | None) -> list[str]:
    """The rules by which a packet's source is believed: it is the lab's or the host's, and the way back to it
    leads over the link that it came in by.
    """
    others = "" if gateway is None else f"ip saddr != {gateway} "
    return [
        'iifname "lo" accept',
        *NEIGHBOURS,
        "fib saddr . iif oif missing goto forged",
        f"{others}ip saddr != @inside goto forged",
    ]


def wall(lab: str, bridge: str, *, refusal: str, subnet: IPv4Network | None = None) -> Ruleset:
    """Return the second wall, on the host: whatever leaves *bridge* for anywhere else got past a seal.

    Ten before Docker's own filter, which would otherwise take some of it unseen. Nothing comes in from
    elsewhere either, and nobody there is answered; the host itself may open connections inwards, and gets its
    answers. Only who is of the *subnet*, or on the link itself, is told that it was refused: the way to
    anybody else leads out. `lab.spec.bridge` stands before it.
    """
    unanswered = [] if subnet is None else [f"ip saddr != {subnet} drop"]
    refused = [*unanswered, *refuse(refusal)]
    return Ruleset(
        wall_table(lab),
        (
            "  counter inbound { }",
            *(line for hook in ("forward", "input") for line in (*counters(hook), *counting(hook))),
            *inner("leaving", ["jump count_forward", *refused]),
            *chain(
                "forward",
                -10,
                [
                    f'iifname "{bridge}" oifname != "{bridge}" goto leaving',
                    f'iifname != "{bridge}" oifname "{bridge}" counter name inbound drop',
                ],
            ),
            *chain(
                "input",
                -10,
                [
                    f'iifname != "{bridge}" accept',
                    f"{ANSWERS} accept",
                    *NEIGHBOURS,
                    "jump count_input",
                    *refused,
                ],
            ),
        ),
    )
