"""A3 and A8: what stops, hangs or loses its address is mended, and no object of the cluster's is lost."""

from __future__ import annotations

import subprocess

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import Ground, call
from tests.hostile.shots import address
from tests.hostile.tripwire import Tripwire

KEPT = "hostile-kept"


def repair(ground: Ground, wire: Tripwire) -> list[Result]:
    ground.kubectl("create", "configmap", KEPT, "--from-literal=here=yes")
    uid = _uid(ground)
    try:
        return [*_workers(ground, uid), *_control_plane(ground, uid), *_disconnected(ground)]
    finally:
        ground.kubectl("delete", "configmap", KEPT, "--wait=false")


def _uid(ground: Ground) -> str:
    return ground.kubectl("get", "configmap", KEPT, "-o", "jsonpath={.metadata.uid}").stdout


def _workers(ground: Ground, uid: str) -> list[Result]:
    results = []
    for title, argv in (
        ("stopped", ("docker", "stop", "-t", "1")),
        ("killed", ("docker", "kill")),
    ):
        call(*argv, ground.nodes()["localnode-3"])
        status = ground.lab("status")
        up = ground.up()
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
        up = ground.up()
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
    up = ground.up()
    thaw.wait(timeout=60)
    ground.up()
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
        had = address(container, network)
        call("docker", "network", "disconnect", "-f", network, container)
        status = ground.lab("status")
        up = ground.up()
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
                unless(address(container, network) == had, f"{had} is {address(container, network)}"),
            ),
        ]
    before = {(row["who"], row["what"]) for row in ground.rows()}
    workers = [ground.nodes()["localnode-2"], ground.nodes()["localnode-3"]]
    addresses = [address(one, network) for one in workers]
    for one in workers:
        call("docker", "network", "disconnect", "-f", network, one)
    for one, other in zip(workers, reversed(addresses), strict=True):
        call("docker", "network", "connect", "--ip", other, network, one)
    status, up = ground.lab("status"), ground.up()
    done = ground.kubectl(
        "get", "nodes", "-o", "jsonpath={range .items[*]}{.status.conditions[-1].status}{end}"
    )
    lost = before - {(row["who"], row["what"]) for row in ground.rows()}
    name = "workers that swapped addresses: old rows keep their names"
    results.append(result("A6", name, unless(not lost, f"{sorted(lost)[:5]}")))
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
