"""A7: one floods the ledger with distinct attempts; what others do then is still in it, or it says that it is not whole."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tests.hostile.checks import Result, result, unless
from tests.hostile.names import question
from tests.hostile.places import PLACES, Ground
from tests.hostile.shots import LEDGER_SECONDS
from tests.hostile.tripwire import Tripwire

ATTEMPTS, SPREAD, NAMES = 18_000, 100, 1_500
"""More than any set of the kernel's took (16,384); bounded, a few seconds."""
AFTER = ("other", "admin", "host", "workstation", "node/localnode-1")
INCOMPLETE = re.compile(r"incomplete since \d\d:\d\d:\d\d")


def sweeps(ground: Ground, wire: Tripwire) -> list[Result]:
    """The same five try after each of the sweeps of one place; ports tell the rounds apart."""
    results = []
    for round_, sweeper in enumerate(("plain", "host-privileged"), 1):
        sweep = {"id": 0, "how": "sweep", "dst": f"203.0.113.{round_}", "times": ATTEMPTS, "spread": SPREAD}
        before = _total(ground.rows(), sweeper)
        ground.send(sweeper, [sweep])
        plans: dict[str, list[dict[str, Any]]] = {}
        for number, place in enumerate(AFTER):
            plan = {"how": "socket", "carries": "udp", "dst": f"198.51.100.{200 + round_}"}
            plans[place] = [{"id": number, **plan, "dport": 26000 + number}]
        ground.send_all(plans)
        time.sleep(LEDGER_SECONDS)
        shown, rows = ground.lab("egress").stdout, ground.rows()
        incomplete = INCOMPLETE.search(shown)
        for number, place in enumerate(AFTER):
            what = f"198.51.100.{200 + round_}:{26000 + number}/udp"
            there = any(row["what"] == what and row["who"] == PLACES[place].owner for row in rows)
            name = f"{place} after a sweep of {sweeper}"
            results.append(result("A7", name, unless(there, "its attempt is not listed")))
        counted = _total(rows, sweeper) - before
        whole = counted >= ATTEMPTS or incomplete
        problem = f"{counted} of {ATTEMPTS} are in the ledger, and it does not say that it is incomplete"
        results.append(
            result(
                "A7", f"the sweep of {sweeper} is counted or said to be incomplete", unless(whole, problem)
            )
        )
    return [*results, *_names(ground)]


def _total(rows: Sequence[Mapping[str, Any]], place: str) -> int:
    """All that *place* has in the ledger: what is summed up stands in rows of its own."""
    return sum(row["count"] for row in rows if row["who"] == PLACES[place].owner)


def _names(ground: Ground) -> list[Result]:
    """A tunnel's shape: many names below one, each asked once; another's question afterwards."""
    site = str(ground.topology.site_address)
    asked = [question([f"{number:x}".encode() * 8, b"tunnel", b"test"]) for number in range(NAMES)]
    plan = [
        {"id": number, "how": "text", "carries": "udp", "dst": site, "dport": 53, "text": one.hex()}
        for number, one in enumerate(asked)
    ]
    ground.send("plain", plan)
    last = {"id": 0, "how": "text", "carries": "udp", "dst": site, "dport": 53}
    ground.send("other", [{**last, "text": question([b"after-the-tunnel", b"hostile", b"test"]).hex()}])
    time.sleep(LEDGER_SECONDS)
    rows = ground.rows()
    tunnel = sum(row["count"] for row in rows if row["what"].endswith(".tunnel.test"))
    there = any(
        row["what"] == "after-the-tunnel.hostile.test" and row["who"] == PLACES["other"].owner for row in rows
    )
    return [
        result("A7", f"{NAMES} names below one are counted", unless(tunnel >= NAMES, f"{tunnel}")),
        result("A7", "other's name after a tunnel of plain", unless(there, "it is not listed")),
    ]
