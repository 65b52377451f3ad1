"""A9: what gets past a seal is called a leak, by everybody, until it is acknowledged; and nothing else is."""

from __future__ import annotations

import time
from typing import Any

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import PLACES, Ground
from tests.hostile.shots import LEDGER_SECONDS
from tests.hostile.tripwire import Tripwire


def leaks(ground: Ground, wire: Tripwire) -> list[Result]:
    """A pod of the host's network deletes its node's seal and sends; then it is acknowledged, and red no more."""
    gone = {"id": 1, "how": "command", "command": "nft delete table inet airgap_lab"}
    shot: dict[str, Any] = {"how": "socket", "carries": "udp", "dst": "198.51.100.240", "dport": 25900}
    ground.send("host-privileged", [gone])
    ground.send("host-privileged", [{**shot, "id": 1}])
    ground.send("plain", [{**shot, "id": 2, "dst": "198.51.100.241"}])
    ground.send("system", [{**shot, "id": 3, "dst": "198.51.100.242"}])
    time.sleep(LEDGER_SECONDS)
    left = {one.dst for one in wire.caught() if one.way == "left"}
    shown = ground.lab("egress").stdout
    rows = ground.rows()
    results = []
    for place, target in (("host-privileged", 240), ("plain", 241), ("system", 242)):
        what = f"198.51.100.{target}:25900/udp"
        mine = [row for row in rows if row["what"] == what and row["who"] == PLACES[place].owner]
        name = f"what {place} sends with its node's seal deleted"
        results.append(
            result(
                "A9", f"{name} is stopped by the wall", unless(f"198.51.100.{target}" not in left, "it left")
            )
        )
        results.append(
            result(
                "A9",
                f"{name} is in the ledger under its name",
                unless(mine, f"{[row['who'] for row in rows if row['what'] == what]}"),
            )
        )
        results.append(result("A9", f"{name} is printed", unless(what in shown, "it is hidden")))
    status = ground.lab("status").stdout
    leaked = any(_leaked(row) for row in rows)
    told = "wall" in _not_ready(status)
    results.append(
        result(
            "A9",
            "status and ledger agree on whether there was a leak",
            unless(leaked == told, f"ledger {leaked}, status: {status}"),
        )
    )
    up = ground.up(acknowledge=False)
    after = ground.lab("status")
    agreed = (after.returncode == 0) == (
        "sealed" in up.stderr and up.returncode == 0 and "leak" not in up.stderr.lower()
    )
    results.append(
        result(
            "A9",
            "up and status agree after a leak",
            unless(agreed, f"up: {up.stderr[-200:]}; status: {after.stdout}"),
        )
    )
    acknowledged = ground.lab("egress", "--acknowledge")
    green = ground.lab("status")
    problem = f"{acknowledged.stderr[-200:]} {_not_ready(green.stdout)}"
    results.append(
        result(
            "A9",
            "an acknowledged leak is red no more",
            unless(acknowledged.returncode == 0 and green.returncode == 0, problem),
        )
    )
    kept = ground.rows()
    there = any(row["what"] == "198.51.100.240:25900/udp" for row in kept)
    results.append(result("A9", "an acknowledged leak stays in the ledger", unless(there, "it is gone")))
    return [*results, *_no_leaks(ground)]


def _no_leaks(ground: Ground) -> list[Result]:
    """What is no leak is not called one: an address of the pods' that nobody has, a stranger in the subnet."""
    range_ = ground.kubectl("get", "node", "localnode-3", "-o", "jsonpath={.spec.podCIDR}").stdout
    nobody = f"{range_.rpartition('.')[0]}.251"
    plan: dict[str, Any] = {"how": "socket", "dst": nobody, "dport": 25901}
    ground.send("plain", [{**plan, "id": 1, "carries": "udp"}, {**plan, "id": 2, "carries": "syn"}])
    ground.send("workstation", [{**plan, "id": 1, "carries": "udp"}, {**plan, "id": 2, "carries": "syn"}])
    time.sleep(LEDGER_SECONDS)
    rows = ground.rows()
    called = [f"{row['who']} {row['what']}" for row in rows if _leaked(row) and nobody in row["what"]]
    return [
        result("A9", "a pod's address that nobody has any more is no leak", unless(not called, str(called)))
    ]


def _not_ready(status: str) -> str:
    return "\n".join(line for line in status.splitlines() if "not ready" in line)


def _leaked(row: dict[str, Any]) -> bool:
    return "leak" in str(row.get("fate", "")) or bool(row.get("leaked"))
