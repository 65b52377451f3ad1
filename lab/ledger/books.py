"""The ledger's files, read through whichever part of the lab runs; and the lines that the lab itself adds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from lab.errors import LabError
from lab.host import Host
from lab.host.containers import Seen, standing
from lab.ledger.sources import parsed
from lab.spec.books import TELL
from lab.spec.topology import Topology

SECONDS = 60
ASK = "python3 -m lab.parts.collector.ask\n"
"""Whatever was counted until now is in the files when this returns."""


def read_books(
    topology: Topology, host: Host, seen: Mapping[str, Seen], *, since: datetime | None
) -> list[Mapping[str, Any]]:
    """Have the collector read once more, then return every line; of wants, those of *since* and some before.

    Raises LabError where no part runs that has the files.
    """
    for spec in (topology.seal, topology.dns, topology.web, topology.sinkhole):
        if spec.name not in seen or not seen[spec.name].running:
            continue
        by_hand = spec is topology.seal
        argv = ["sh", "-c", ASK + TELL if by_hand else TELL, "sh", f"{since.timestamp() if since else 0:.0f}"]
        told = list(
            parsed(host.containers.exec(spec.name, argv, timeout=SECONDS).check().stdout.splitlines())
        )
        if not by_hand:
            told.append(
                {"time": host.clock.now().isoformat(), "event": "unread", "reason": "no gatekeeper runs"}
            )
        return told
    raise LabError(
        "the ledger cannot be read: gatekeeper, dns, web and sinkhole do not run; `lab up` starts them"
    )


def read_now(topology: Topology, host: Host) -> None:
    """Have what was counted until now written down: before a table is replaced, whose counts go with it."""
    _ask(topology, host, [])


def write_down(topology: Topology, host: Host, line: Mapping[str, Any]) -> None:
    """Add a line of the lab's own to the ledger. Raises LabError."""
    _ask(topology, host, [json.dumps(line)])


def _ask(topology: Topology, host: Host, arguments: Sequence[str]) -> None:
    seen = standing(host.containers, topology).get(topology.seal.name)
    if seen is None or not seen.running:
        raise LabError("the ledger cannot be written: the gatekeeper does not run; `lab up` starts it")
    argv = ["python3", "-m", "lab.parts.collector.ask", *arguments]
    said = host.containers.exec(topology.seal.name, argv, timeout=SECONDS).check()
    for line in parsed(said.stdout.splitlines()):
        raise LabError(f"the collector does not answer ({line.get('reason')}); `lab up` starts it again")
