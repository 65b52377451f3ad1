"""A11: containers that restart. Nothing gets out meanwhile, and they are sealed again at once."""

from __future__ import annotations

import subprocess
import time

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import Ground, call
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
    return [*_parts(ground, wire), *_sealed_at_once(ground, wire)]


def _parts(ground: Ground, wire: Tripwire) -> list[Result]:
    """What was in the ledger before is there afterwards; pods that knock meanwhile do not get out."""
    before = _rows(ground)
    knocking = _knock(ground, "plain", "198.51.100.250", 25)
    for part in RESTARTED:
        call("docker", "restart", "-t", "1", f"{ground.topology.name}-{part}")
    up = ground.up()
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
    up = ground.up()
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


def _rows(ground: Ground) -> set[tuple[str, str]]:
    return {(row["who"], row["what"]) for row in ground.rows() if not row["infrastructure"]}


def _knock(ground: Ground, place: str, target: str, seconds: float) -> subprocess.Popen[bytes]:
    argv = [*ground.within(place), "python3", "-c", KNOCK, target, str(seconds)]
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
