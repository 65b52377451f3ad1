"""The probes: place x technique x destination, and what must be true of each. A table; nothing is sent here.

Every probe has an outside address of its own, as its destination or as its forged source, so that whatever the
tripwire catches belongs to exactly one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from tests.hostile.places import PLACES
from tests.hostile.probe import Claim, Numbers, Probe

PROTOCOLS = {"syn": "tcp", "ack": "tcp", "echo": "icmp", "echo6": "icmpv6", "unassigned": "253", "ipip": "4"}
PORTLESS = {"echo", "echo6", "gre", "esp", "igmp", "unassigned", "ipip"}
WAYS_OUT = (
    "syn",
    "udp",
    "echo",
    "syn6",
    "udp6",
    "echo6",
    "udplite",
    "sctp",
    "gre",
    "esp",
    "unassigned",
    "ipip",
)
SEVEN = ("plain", "admin", "privileged", "host", "host-privileged", "node/localnode-1", "workstation")
FIVE = ("plain", "privileged", "host", "node/localnode-1", "workstation")
FOUR = ("plain", "host", "host-privileged", "workstation")
ROUTING = "8307047f000001"
"""Loose source routing by one address (RFC 791)."""
FORGED_OUT = ("udp", "syn", "ack", "echo", "gre", "udp with source routing", "udp6", "echo6")
INSIDE = {
    "udp to a closed port of the host": ("udp", "GATEWAY", {}),
    "a connection to the host": ("syn", "GATEWAY", {}),
    "an echo from the host": ("echo", "GATEWAY", {}),
    "a first fragment to the host": ("udp", "GATEWAY", {"more": True}),
    "udp to a closed port of a node": ("udp", "NODE", {}),
    "a connection to a closed port of a node": ("syn", "NODE", {}),
    "a protocol that a node has not": ("sctp", "NODE", {}),
    "a connection to the registry": ("syn", "SITE", {"dport": 5000}),
    "an echo from the site": ("echo", "SITE", {}),
    "a question for the site's DNS": ("udp", "SITE", {"dport": 53}),
    "a first fragment to the site": ("udp", "SITE", {"more": True}),
    "udp to a closed port of a pod": ("udp", "POD", {}),
    "an echo from a pod": ("echo", "POD", {}),
    "udp with TTL 1 to a pod": ("udp", "POD", {"ttl": 1}),
    "a connection to a Service": ("syn", "SERVICE", {"dport": 443}),
    "an option that no host knows, to a pod": ("udp", "POD", {"options": "9e04ffff"}),
}
VICTIMS = {
    "the host": "GATEWAY",
    "another pod": "POD",
    "another node": "NODE",
    "the site": "SITE",
    "a stranger in the subnet": "STRANGER",
    "the loopback": "127.0.0.1",
    "no address": "0.0.0.0",
    "everybody": "255.255.255.255",
    "a Service": "SERVICE",
}
LINK = {
    "to everybody's link address": {"to": "ffffffffffff"},
    "from another link address": {"as": "020000000001"},
    "in a VLAN": {"tags": [7]},
    "in a VLAN in a VLAN": {"tags": [7, 8]},
}
ODD = {
    "with TTL 1": ({"ttl": 1}, "TTL"),
    "to a multicast group": ({"to": "01005e7c0001"}, "ulticast"),
}


def _described(place: str) -> str:
    return f"from {place}"


def probes() -> list[Probe]:
    """Return the whole table; the same every time."""
    numbers = Numbers()
    return [
        *_ways_out(numbers),
        *_forged_outwards(numbers),
        *_forged_inwards(numbers),
        *_victims(numbers),
        *_link(numbers),
        *_odd(numbers),
    ]


def quick() -> list[Probe]:
    """Return a part of the table: each technique once, from one place after the other."""
    techniques: dict[str, list[Probe]] = {}
    for one in probes():
        techniques.setdefault(one.name.rpartition(" from ")[0], []).append(one)
    return [places[number % len(places)] for number, places in enumerate(techniques.values())]


def _what(carries: str, address: str, port: int) -> str:
    host = f"[{address}]" if ":" in address else address
    protocol = PROTOCOLS.get(carries, carries)
    return f"{host}/{protocol}" if carries in PORTLESS else f"{host}:{port}/{protocol}"


def _ways_out(numbers: Numbers) -> Iterator[Probe]:
    for place, way in itertools.product(SEVEN, WAYS_OUT):
        number, six = next(numbers.number), way.endswith("6")
        carries = way if way == "echo6" else way.removesuffix("6")
        address, port = numbers.outside(six=six), 20000 + number
        plan: dict[str, Any] = {"how": "socket", "carries": carries, "dst": address, "dport": port}
        claims = {Claim.LISTED, Claim.REFUSED}
        if way in {"udplite", "sctp", "gre", "esp", "unassigned"}:
            plan |= {"how": "raw", "src": "own"}
            claims = {Claim.LISTED}
        if way == "ipip":
            plan |= {"how": "raw", "src": "own", "carries": "udp", "around": address}
            claims = {Claim.LISTED}
        kind = "A10" if six else "out"
        name = f"{way} {_described(place)}"
        what = _what(carries, address, port)
        yield Probe(number, kind, name, place, plan, frozenset(claims), frozenset({address}), what)


def _forged_outwards(numbers: Numbers) -> Iterator[Probe]:
    for place, way in itertools.product(SEVEN, FORGED_OUT):
        number, six = next(numbers.number), way.endswith("6")
        carries = way if way == "echo6" else way.removesuffix("6").split()[0]
        address, source, port = numbers.outside(six=six), numbers.forged(six=six), 20000 + number
        plan = {
            "how": "frame",
            "carries": carries,
            "src": source,
            "dst": address,
            "sport": port,
            "dport": port,
        }
        if "routing" in way:
            plan["options"] = ROUTING
        name = f"a frame with an outside source, {way}, {_described(place)}"
        claims = frozenset({Claim.SPOOFED})
        own = frozenset({address, source})
        yield Probe(number, "A1", name, place, plan, claims, own, _what(carries, address, port))


def _forged_inwards(numbers: Numbers) -> Iterator[Probe]:
    for place, (way, (carries, target, more)) in itertools.product(FIVE, INSIDE.items()):
        number, source = next(numbers.number), numbers.forged()
        plan = {"how": "frame", "carries": carries, "src": source, "dst": target, "via": _via(place, target)}
        plan |= {"sport": 20000 + number, "dport": 20000 + number, **more}
        name = f"an outside source asks for {way}, {_described(place)}"
        yield Probe(number, "A1", name, place, plan, frozenset(), frozenset({source}))


def _victims(numbers: Numbers) -> Iterator[Probe]:
    for place, (victim, source) in itertools.product(FIVE, VICTIMS.items()):
        number, address = next(numbers.number), numbers.outside()
        port = 20000 + number
        plan = {"how": "frame", "carries": "udp", "src": source, "dst": address, "sport": port, "dport": port}
        name = f"a frame in the name of {victim}, {_described(place)}"
        claims = frozenset({Claim.SPOOFED, Claim.NOBODY_ELSE})
        yield Probe(
            number, "A5", name, place, plan, claims, frozenset({address}), _what("udp", address, port)
        )


def _link(numbers: Numbers) -> Iterator[Probe]:
    for place, (way, more) in itertools.product(FOUR, LINK.items()):
        number, address = next(numbers.number), numbers.outside()
        port = 20000 + number
        plan = {
            "how": "frame",
            "carries": "udp",
            "src": "own",
            "dst": address,
            "sport": port,
            "dport": port,
            **more,
        }
        name = f"a frame {way}, {_described(place)}"
        yield Probe(number, "A1", name, place, plan, frozenset(), frozenset({address}))


def _odd(numbers: Numbers) -> Iterator[Probe]:
    for place, (way, (more, word)) in itertools.product(FOUR, ODD.items()):
        number = next(numbers.number)
        address = f"233.252.0.{next(numbers.group)}" if "group" in way else numbers.outside()
        port = 20000 + number
        plan = {
            "how": "frame",
            "carries": "udp",
            "src": "own",
            "dst": address,
            "sport": port,
            "dport": port,
            **more,
        }
        claims = frozenset({Claim.SEEN_OR_SAID})
        what = _what("udp", address, port)
        name = f"a datagram {way}, {_described(place)}"
        yield Probe(number, "A10", name, place, plan, claims, frozenset({address}), what, word)


def _via(place: str, target: str) -> str:
    """A pod's next hop is its node for all; the others are neighbours of what is in the subnet."""
    there = PLACES[place]
    if there.is_pod and not there.host:
        return "gateway"
    return {"POD": "NODE3", "SERVICE": "NODE"}.get(target, target)
