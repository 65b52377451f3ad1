"""Sends the table's probes and judges them by tripwire, ledger and what the sender saw."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.hostile.checks import Result, result
from tests.hostile.places import PLACES, Ground, call
from tests.hostile.probe import Claim, Probe
from tests.hostile.tripwire import Caught, Tripwire

AT_ONCE_SECONDS = 1.0
SECOND_TRY_SECONDS = 1.0
"""After which TCP sends a SYN again."""
LEDGER_SECONDS = 4.0
"""The counters are read once a second; a machine with others on it takes a little longer."""
REASSEMBLY_SECONDS = 32
"""A kernel keeps a first fragment for 30 s; then it may tell the sender so (net.ipv4.ipfrag_time)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    caught: Sequence[Caught]
    rows: Sequence[Mapping[str, Any]]
    fidelity: str
    seen: Mapping[int, Mapping[str, Any]]


def words(ground: Ground, place: str) -> dict[str, str]:
    """What the table's capital words stand for, seen from *place*: the other pod and node are never its own."""
    topology = ground.topology
    node = "localnode-2" if PLACES[place].node == "localnode-3" else "localnode-3"
    pod = "plain" if node == "localnode-2" else "other"
    container = ground.nodes()[node]
    return {
        "GATEWAY": str(topology.network.gateway),
        "SITE": str(topology.site_address),
        "STRANGER": str(topology.network.subnet.broadcast_address - 5),
        "SERVICE": str(topology.cluster.service_subnet[1]),
        "NODE": address(container, topology.network.name),
        "POD": ground.kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}").stdout,
    }


def address(container: str, network: str) -> str:
    form = f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}'
    return call("docker", "inspect", "--format", form, container).stdout.strip()


def shoot(ground: Ground, wire: Tripwire, probes: Sequence[Probe], *, patient: bool) -> list[Result]:
    """*patient*: wait until the kernels have given up on fragments."""
    plans: dict[str, list[dict[str, Any]]] = defaultdict(list)
    known = {place: words(ground, place) for place in sorted({one.place for one in probes})}
    for one in probes:
        filled = {
            key: known[one.place].get(value, value) if isinstance(value, str) else value
            for key, value in one.plan.items()
        }
        plans[one.place].append({"id": one.number, **filled})
    seen = ground.send_all(plans)
    time.sleep(REASSEMBLY_SECONDS if patient else LEDGER_SECONDS)
    evidence = Evidence(
        wire.caught(),
        ground.rows(),
        ground.lab("status", "--fidelity").stdout,
        seen,
    )
    return [judge(one, evidence) for one in probes]


def _patience(one: Probe) -> float:
    """Return how long a refusal may take. By TCP over IPv6 it is heard with the second try: decision 092."""
    six = one.plan.get("carries") == "syn" and ":" in str(one.plan["dst"])
    return AT_ONCE_SECONDS + (SECOND_TRY_SECONDS if six else 0.0)


def judge(one: Probe, evidence: Evidence) -> Result:
    problems = [
        f"{caught.packets} packets {caught.way}: {caught.src} to {caught.dst}, protocol {caught.protocol}"
        for caught in evidence.caught
        if one.own & {caught.src, caught.dst}
    ]
    rows = [row for row in evidence.rows if one.what and row["what"] == one.what]
    whose = ", ".join(sorted({str(row["who"]) for row in rows})) or "nobody"
    seen = evidence.seen[one.number]
    owners = owned(one.place)
    for claim in one.claims:
        match claim:
            case Claim.REFUSED:
                quick = seen["seconds"] < _patience(one) and seen["seen"].startswith(
                    ("refused", "unreachable")
                )
                problems += [] if quick else [f"{seen['seen']} after {seen['seconds']} s"]
            case Claim.LISTED:
                right = any(row["who"] == PLACES[one.place].owner for row in rows)
                problems += [] if right else [f"in the ledger under {whose}"]
            case Claim.SPOOFED:
                right = any("spoof" in json.dumps(row) and row["who"] in owners for row in rows)
                problems += [] if right else [f"not listed as spoofed by its sender; listed under {whose}"]
            case Claim.NOBODY_ELSE:
                others = sorted({str(row["who"]).partition(" (")[0] for row in rows} - owners)
                problems += [f"blamed on {', '.join(others)}"] if others else []
            case Claim.SEEN_OR_SAID:
                told = bool(rows) or one.word in evidence.fidelity
                problems += [] if told else ["neither in the ledger nor in the fidelity list"]
    return result(one.kind, one.name, *problems)


def owned(place: str) -> set[str]:
    """The names that are right for what comes from *place*: its own, or no more than its node."""
    there = PLACES[place]
    node = there.node or place.removeprefix("node/")
    return {there.owner, f"unknown, on {node}"} | ({f"node {there.node}"} if there.node else set())
