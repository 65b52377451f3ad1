"""The seal as nft text. Pure; `lab.components.seal` puts it in place, the collector reads its counters.

One shape for all: a chain on each hook lets through what is inside, counts the rest by who, whither and
how, then refuses it. Docker, kube-proxy and the CNI have tables of their own, which ours leaves alone.

Hooks stand at priority 0, after every destination NAT (-100) and before source NAT (100): a Service with an
end point outside is judged by that end point, and the source is still the pod (kubernetes
`pkg/proxy/nftables/proxier.go`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

from lab.spec.chains import chain, count, counters, refuse, refuse_resolver

TABLE = "airgap_lab"
"""In the lab's own namespaces. The wall's, on the host, carries the lab's name: labs stand side by side."""
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
    refused = [*count("output"), *refuse(refusal)]
    resolver = [] if asks_engine else refuse_resolver("output", refusal)
    # kind's nodes lead their gateway's port 53 to Docker's resolver, for their pods as well.
    pods_resolver = (
        [] if asks_engine else [f'iifname != "lo" {rule}' for rule in refuse_resolver("input", refusal)]
    )
    return Ruleset(
        TABLE,
        (
            f"  set inside {{ type ipv4_addr; flags interval; elements = {{ {elements} }} }}",
            *counters("output", "forward", "input"),
            *chain(
                "output",
                0,
                [*resolver, 'oifname "lo" accept', ANSWERS, INSIDE, *NEIGHBOURS, *refused],
            ),
            *chain("forward", 0, [ANSWERS, INSIDE, *count("forward"), *refuse(refusal)]),
            *chain("input", 0, pods_resolver),
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
            *counters("forward", "input"),
            "  chain leaving {",
            *(f"    {rule}" for rule in (*count("forward"), *refuse(refusal))),
            "  }",
            *chain(
                "prerouting",
                -10,
                [
                    f"{leaves} unicast fib daddr oif missing goto leaving",
                    f"{leaves} {{ unreachable, prohibit, blackhole }} goto leaving",
                ],
            ),
            *chain(
                "forward",
                -10,
                [
                    f'iifname "{bridge}" oifname != "{bridge}" goto leaving',
                    f'iifname != "{bridge}" oifname "{bridge}" counter name inbound {refuse(refusal)[-1]}',
                ],
            ),
            *chain(
                "input",
                -10,
                [
                    f'iifname != "{bridge}" accept',
                    ANSWERS,
                    *NEIGHBOURS,
                    *count("input"),
                    *refuse(refusal),
                ],
            ),
        ),
    )
