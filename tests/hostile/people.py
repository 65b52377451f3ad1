"""A6: addresses and names that come back, pods that are gone before anybody knows them, an address of one's own."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Mapping, Sequence

from tests.bench.attempts import Attempt, attempts, script
from tests.hostile.checks import Result, result, unless
from tests.hostile.places import Ground
from tests.hostile.pods import LABEL, pod, reservations, reserve
from tests.hostile.shots import LEDGER_SECONDS, owned
from tests.hostile.tripwire import Tripwire

ROUNDS = (
    ("the first of an address", {"first-2": "localnode-2", "first-3": "localnode-3"}),
    ("the next of the same address", {"next-2": "localnode-2", "next-3": "localnode-3"}),
    ("the first again, by its name and address", {"first-2": "localnode-2", "first-3": "localnode-3"}),
    ("one of the same name on another node", {"next-2": "localnode-3", "next-3": "localnode-2"}),
)
EACH = 4
STARTING = 9
NUMBERS = 3000
"""Where this part's attempts begin: no other part counts as far."""


def people(ground: Ground, wire: Tripwire) -> list[Result]:
    numbers = itertools.count(NUMBERS)
    resolver, site = str(ground.topology.cluster.service_subnet[10]), str(ground.topology.site_address)

    def wanted(name: str) -> list[Attempt]:
        return attempts(f"pod default/{name}", EACH, numbers, resolver=resolver, site=site)

    table: list[tuple[str, Attempt]] = []
    marks = reservations(ground)
    try:
        for title, nodes in ROUNDS:
            reserve(marks)
            tried = {name: wanted(name) for name in nodes}
            _create(ground, {name: (node, tried[name]) for name, node in nodes.items()})
            done = ("wait", "pod", "-l", f"app={LABEL}", "--for=jsonpath={.status.phase}=Succeeded")
            assert ground.kubectl(*done, "--timeout=60s").returncode == 0
            ground.kubectl("delete", "pod", "-l", f"app={LABEL}", "--now")
            table += [(f"{title}: {name}", one) for name in nodes for one in tried[name][:2]]
        starting = {f"starting-{index}": wanted(f"starting-{index}") for index in range(STARTING)}
        nodes = itertools.cycle(("localnode-2", "localnode-3"))
        _create(ground, {name: (next(nodes), tried) for name, tried in starting.items()})
        time.sleep(1.5)
        force = ("delete", "pod", "-l", f"app={LABEL}", "--force", "--grace-period=0")
        ground.kubectl(*force)
    finally:
        ground.kubectl("delete", "pod", "-l", f"app={LABEL}", "--now", "--wait=false")
    own = _second_address(ground)
    time.sleep(LEDGER_SECONDS)
    rows = ground.rows()
    results = [result("A6", f"{title}, {one.what}", _problem(one, rows, must=True)) for title, one in table]
    for name, tried in starting.items():
        problems = [_problem(one, rows, must=False) for one in tried]
        results.append(result("A6", f"{name} is deleted while it starts: nobody else is blamed", *problems))
    whose = {str(row["who"]) for row in rows if row["what"] == own}
    right = unless(whose and whose <= owned("admin"), f"listed under {', '.join(whose) or 'nobody'}")
    return [*results, result("A6", "admin sends from a second address of its own making", right)]


def _create(ground: Ground, pods: Mapping[str, tuple[str, Sequence[Attempt]]]) -> None:
    items = [pod(name, node, script(tried)) for name, (node, tried) in pods.items()]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items})
    made = ground.kubectl("create", "-f", "-", stdin=text.encode())
    assert made.returncode == 0, made.stderr


def _problem(one: Attempt, rows: Sequence[Mapping[str, object]], *, must: bool) -> str | None:
    """What never ran may be missing; what is there has the right name, or none but its node's."""
    whose = {str(row["who"]) for row in rows if row["what"] == one.what}
    if must:
        return unless(whose == {one.who}, f"listed under {', '.join(whose) or 'nobody'}")
    wrong = [who for who in whose if who != one.who and not who.startswith("unknown, on ")]
    return unless(not wrong, f"{one.what} is listed under {', '.join(wrong)}")


def _second_address(ground: Ground) -> str:
    """An address of its node's range that nobody has; return what the ledger calls the attempt."""
    range_ = ground.kubectl("get", "node", "localnode-2", "-o", "jsonpath={.spec.podCIDR}").stdout
    address = f"{range_.rpartition('.')[0]}.240"
    add = f"ip address add {address}/32 dev eth0 && ip route show"
    plan = {
        "how": "raw",
        "carries": "udp",
        "src": address,
        "dst": "198.51.100.252",
        "sport": 1,
        "dport": 25990,
    }
    ground.send("admin", [{"id": 1, "how": "command", "command": add}])
    ground.send("admin", [{**plan, "id": 2}])
    return "198.51.100.252:25990/udp"
