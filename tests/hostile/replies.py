"""A2: one inside sends to another as somebody else; what the other answers must not reach that somebody.

Connection tracking would take such an answer for a reply. Every second one is used once a protocol, so that what
the tripwire catches from its address belongs to one check.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import PLACES, Ground, call
from tests.hostile.shots import address
from tests.hostile.tripwire import Tripwire

PAIRS = (
    ("plain", "other"),
    ("other", "plain"),
    ("plain", "admin"),
    ("privileged", "host"),
    ("host-privileged", "privileged"),
    ("other", "workstation"),
    ("node/localnode-1", "system"),
)
PROTOCOLS = ("udp", "syn", "echo")
REACHED = ("the registry", "the site by an echo", "another pod by an echo", "the API server")
CLAIMED = ("the host", "an outside address")

CASES = tuple(itertools.product(PAIRS, PROTOCOLS, CLAIMED))


def title(pair: tuple[str, str], protocol: str, claimed: str) -> str:
    return f"{pair[0]} speaks to {pair[1]} as {claimed} by {protocol}"


def replies(ground: Ground, wire: Tripwire) -> list[Result]:
    known = {place: address_of(ground, place) for pair in PAIRS for place in pair}
    gateway = str(ground.topology.network.gateway)
    first: dict[str, list[dict[str, Any]]] = defaultdict(list)
    second: dict[str, list[dict[str, Any]]] = defaultdict(list)
    table = list(enumerate(CASES, 1))
    for number, ((sender, answers), protocol, claimed) in table:
        somebody = gateway if "host" in claimed else f"203.0.113.{150 + number}"
        port, back = 27000 + number, 28000 + number
        plan = {"how": "frame", "carries": protocol, "src": somebody, "dst": known[answers]}
        plan |= {"sport": port, "dport": back, "via": _via(ground, sender, answers, known)}
        first[sender].append({"id": number, **plan})
        reply: dict[str, Any] = {
            "how": "raw",
            "carries": "synack",
            "src": "own",
            "dst": somebody,
            "sport": back,
            "dport": port,
        }
        if protocol == "udp":
            reply = {"how": "socket", "carries": "udp", "dst": somebody, "sport": back, "dport": port}
        if protocol != "echo":  # the kernel answers that by itself
            second[answers].append({"id": number, **reply})
    before = set(wire.caught())
    ground.send_all(first)
    ground.send_all(second)
    caught = [one for one in wire.caught() if one not in before]
    numbers = {"udp": "17", "syn": "6", "echo": "1"}
    names = {"17": "udp", "6": "tcp", "1": "icmp"}
    results = []
    for number, ((sender, answers), protocol, claimed) in table:
        somebody = gateway if "host" in claimed else f"203.0.113.{150 + number}"
        came = [
            one
            for one in caught
            if one.dst == somebody
            and (one.src == known[answers] or somebody != gateway)
            and one.protocol in {numbers[protocol], names[numbers[protocol]]}
        ]
        name = title((sender, answers), protocol, claimed)
        results.append(
            result("A2", name, *(f"{one.packets} packets {one.way} {one.src} to {one.dst}" for one in came))
        )
    return results


def twins(ground: Ground, wire: Tripwire) -> list[Result]:
    """The host reaches what it may, the tripwire sees what leaves, and pods reach what is inside."""
    node = ground.topology.cluster.control_plane.container
    port = call("docker", "port", node, "6443/tcp").stdout.strip()
    api = ground.watcher("curl", "-ksS", "-m", "5", f"https://{port}/readyz")
    script = "import socket,sys; s=socket.socket(socket.AF_INET,{kind}); s.settimeout(1); {bind}s.connect(('{to}',{port})); s.send(b'x')"
    out = script.format(kind="socket.SOCK_DGRAM", bind="", to="198.51.100.254", port=29999)
    back = script.format(
        kind="socket.SOCK_STREAM", bind="s.bind(('',29998)); ", to=ground.topology.site_address, port=5000
    )
    ground.watcher("python3", "-c", out)
    ground.watcher("python3", "-c", back)
    caught = wire.caught()
    site = str(ground.topology.site_address)
    gateway = str(ground.topology.network.gateway)
    results = [
        result(
            "twin", "the API server's published port answers the host", unless(api.stdout == "ok", api.stderr)
        ),
        result(
            "twin",
            "the tripwire sees what leaves the host",
            unless(any((one.way, one.dst) == ("left", "198.51.100.254") for one in caught), "it does not"),
        ),
        result(
            "twin",
            "the tripwire sees what reaches the host",
            unless(
                any((one.way, one.src, one.dst) == ("heard", site, gateway) for one in caught), "it does not"
            ),
        ),
    ]
    plans = (
        {"how": "socket", "carries": "syn", "dst": site, "dport": 5000},
        {"how": "socket", "carries": "echo", "dst": site},
        {"how": "socket", "carries": "echo", "dst": address_of(ground, "other")},
        {
            "how": "socket",
            "carries": "syn",
            "dst": str(ground.topology.cluster.service_subnet[1]),
            "dport": 443,
        },
    )
    for place in ("plain", "admin", "privileged", "host", "workstation", "node/localnode-1"):
        seen = ground.send(place, [{"id": number, **plan} for number, plan in enumerate(plans)])
        for number, what in enumerate(REACHED):
            said = seen[number]["seen"]
            results.append(
                result("twin", f"{place} reaches {what}", unless(said in {"connected", "answered"}, said))
            )
    return results


def address_of(ground: Ground, place: str) -> str:
    """The address of *place* on the lab's network, or of the pod."""
    there = PLACES[place]
    if not there.is_pod:
        return address(ground.container(place), ground.topology.network.name)
    pod = ground.kubectl("get", "pod", place, "-n", there.namespace, "-o", "jsonpath={.status.podIP}")
    return pod.stdout.strip()


def _via(ground: Ground, sender: str, answers: str, known: dict[str, str]) -> str:
    there, target = PLACES[sender], PLACES[answers]
    if there.is_pod and not there.host:
        return "gateway"
    if target.is_pod and not target.host:
        return address(ground.nodes()[target.node], ground.topology.network.name)
    return known[answers]
