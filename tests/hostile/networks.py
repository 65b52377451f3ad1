"""A4: containers of the lab on a second network. Nothing may leave by it, and status names it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import IMAGE, Ground, call
from tests.hostile.tripwire import Tripwire

VICTIMS = ("node/localnode-1", "node/localnode-2", "workstation", "site", "sinkhole")
NAMES = {"a-hostile": "203.0.113.224/28", "zz-hostile": "203.0.113.240/28"}
"""One sorts before every name of a lab, one after."""
WAYS = ("frame", "udp", "syn", "echo", "multicast", "the way out")
LISTEN = """
import select, socket, sys, time
channel = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
end = time.monotonic() + float(sys.argv[1])
seen = set()
while (left := end - time.monotonic()) > 0 and select.select([channel], [], [], left)[0]:
    frame, about = channel.recvfrom(4096)
    if about[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\\x08\\0":
        continue
    if b"the end" in frame:
        end = time.monotonic()
    if b"secret of the lab" in frame or frame[23] == 6:
        seen.add(frame[26:30].hex() + "/" + ("multicast" if frame[30] >= 224 else str(frame[23])))
print(*seen)
"""
"""Tells what it hears from others until one says that it is the end: who sent it, and by which protocol."""
LISTEN_SECONDS = 60


@contextmanager
def joined(ground: Ground) -> Iterator[dict[str, str]]:
    """Attach the victims to both networks, with a stranger on each; gone whatever happens."""
    try:
        for number, (network, subnet) in enumerate(NAMES.items()):
            call("docker", "network", "create", "--subnet", subnet, network)
            for one in ("stranger", "twin"):
                argv = ("docker", "run", "-d", "--rm", "--name", f"{one}-{network}", "--network", network)
                call(*argv, IMAGE, "sleep", "600")
            for victim in VICTIMS:
                done = call("docker", "network", "connect", network, ground.container(victim))
                assert done.returncode == 0, f"{number}: {done.stderr}"
        yield {network: _address(f"stranger-{network}", network) for network in NAMES}
    finally:
        for network in NAMES:
            call("docker", "rm", "-f", f"stranger-{network}", f"twin-{network}")
            for victim in VICTIMS:
                call("docker", "network", "disconnect", "-f", network, ground.container(victim))
            call("docker", "network", "rm", network)


def networks(ground: Ground, wire: Tripwire) -> list[Result]:
    results = []
    with joined(ground) as strangers:
        status = ground.lab("status").stdout
        results += [
            result("A4", f"status names {network}", unless(network in status, "it does not"))
            for network in NAMES
        ]
        time.sleep(1)
        listeners = {network: _listen(ground, network) for network in NAMES}
        time.sleep(1)
        addresses, outside = {}, {}
        plans: dict[str, list[dict[str, Any]]] = {victim: [] for victim in VICTIMS}
        for victim in VICTIMS:
            for network, stranger in strangers.items():
                addresses[victim, network] = _address(ground.container(victim), network)
                gateway = str(ip_network(NAMES[network])[1])
                outside[victim, network] = f"203.0.113.{195 + len(outside)}"
                plans[victim] += _plans(len(plans[victim]), stranger, addresses[victim, network])
                out = {"how": "frame", "carries": "udp", "src": "own", "via": gateway, "dport": 21002}
                out |= {"dst": outside[victim, network], "network": addresses[victim, network]}
                plans[victim].append({"id": len(plans[victim]), **out})
        for victim in VICTIMS:
            ground.send(victim, plans[victim])
        known = {network: _address(f"twin-{network}", network) for network in NAMES}
        for network, stranger in strangers.items():
            last = f"echo secret of the lab, the end >/dev/udp/{stranger}/9"
            call("docker", "exec", f"twin-{network}", "bash", "-c", last)
        heard = {
            network: listener.communicate(timeout=90)[0].split() for network, listener in listeners.items()
        }
        up = ground.up()
        results.append(
            result(
                "A4",
                "`lab up` stands beside second networks",
                unless(up.returncode in {0, 1}, up.stderr[-300:]),
            )
        )
    for network in NAMES:
        there = f"{_hex(known[network])}/17" in heard[network]
        results.append(
            result(
                "twin", f"the stranger on {network} hears its neighbour", unless(there, f"{heard[network]}")
            )
        )
    left = {one.dst for one in wire.caught() if one.way == "left"}
    numbers = {"frame": "253", "udp": "17", "syn": "6", "echo": "1", "multicast": "multicast"}
    for victim in VICTIMS:
        for network in NAMES:
            own = _hex(addresses[victim, network])
            for way in WAYS:
                came = f"{own}/{numbers.get(way)}" in heard[network]
                if way == "the way out":
                    came = outside[victim, network] in left
                name = f"{victim} on {network} by {way}"
                results.append(result("A4", name, unless(not came, "it is heard")))
    up = ground.up()
    status = ground.lab("status")
    problem = f"{up.stderr[-200:]} {status.stdout}"
    results.append(
        result(
            "A4",
            "without them the lab is as before",
            unless(up.returncode == 0 and "network" not in _problems(status.stdout), problem),
        )
    )
    return results


def _problems(status: str) -> str:
    return "\n".join(line for line in status.splitlines() if "hostile" in line)


def _plans(first: int, stranger: str, own: str) -> list[dict[str, Any]]:
    there: dict[str, Any] = {"network": own, "dst": stranger, "via": stranger}
    plans: list[dict[str, Any]] = [
        {**there, "how": "frame", "carries": "unassigned", "src": "own"},
        {**there, "how": "socket", "carries": "udp", "dport": 21000},
        {**there, "how": "socket", "carries": "syn", "dport": 21000},
        {**there, "how": "socket", "carries": "echo"},
        {
            **there,
            "how": "frame",
            "carries": "udp",
            "src": "own",
            "dst": "233.252.0.99",
            "to": "01005e7c0063",
            "dport": 21001,
        },
    ]
    return [{"id": first + number, **plan} for number, plan in enumerate(plans)]


def _listen(ground: Ground, network: str) -> subprocess.Popen[str]:
    pid = call("docker", "inspect", "--format", "{{.State.Pid}}", f"stranger-{network}").stdout.strip()
    argv = ["docker", "exec", ground.tool, "nsenter", "-t", pid, "-n", "python3", "-c", LISTEN]
    argv += [str(LISTEN_SECONDS)]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def _address(container: str, network: str) -> str:
    form = f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}'
    return call("docker", "inspect", "--format", form, container).stdout.strip()


def _hex(address: str) -> str:
    return "".join(f"{int(part):02x}" for part in address.split("."))
