"""nft in several namespaces at once: shell scripts out, its JSON in. Pure.

One script for all of them, since a process started in a container costs more than the work it does there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from lab.spec.ruleset import Ruleset

Pid: TypeAlias = int | None
"""A process of the namespace; None: the seal container's own, that is the engine's."""
Table: TypeAlias = Sequence[dict[str, Any]]
"""nft's own list of a table's parts; empty where there is no such table."""


def loading(places: Sequence[tuple[Pid, Ruleset]]) -> str:
    """Return a script that puts each ruleset in its place, one transaction each; the first no ends it."""
    return "set -e\n" + "".join(f"{_at(pid)}nft -f - <<'RULES'\n{rules.text}RULES\n" for pid, rules in places)


def removing(places: Sequence[tuple[Pid, str]]) -> str:
    """Return a script that takes each table away; declaring it first makes one that is not there no error."""
    return "set -e\n" + "".join(
        f"{_at(pid)}nft -f - <<'RULES'\ntable inet {table}\ndelete table inet {table}\nRULES\n"
        for pid, table in places
    )


def resetting(table: str) -> str:
    """Return a script that sets the totals of a table to zero; what its sets hold stays for the collector.

    The kernel breaks a reset off (EINTR) when anybody, such as the engine, changes rules meanwhile.
    """
    reset = f"nft reset counters table inet {table} >/dev/null"
    return f"for again in 1 2 3 4 5 6 7 8; do {reset} && exit 0; sleep 0.1; done\nexit 1\n"


def listing(places: Sequence[tuple[Pid, str]]) -> str:
    """Return a script that prints one line a place: the table as JSON without its sets' elements, or `{}`."""
    return "".join(
        f"{{ {_at(pid)}nft -t -j list table inet {table} 2>/dev/null || echo '{{}}'; }} | tr -d '\\n'; echo\n"
        for pid, table in places
    )


def listed(output: str) -> list[Table]:
    """Read what `listing` printed, in its order."""
    return [json.loads(line).get("nftables", []) for line in output.splitlines() if line.strip()]


def refused(table: Table) -> int:
    """Return how many packets the table's chains have refused."""
    return sum(packets for name, packets in _counters(table).items() if name.startswith("refused_"))


def _counters(table: Table) -> dict[str, int]:
    return {part["counter"]["name"]: int(part["counter"]["packets"]) for part in table if "counter" in part}


def _at(pid: Pid) -> str:
    return "" if pid is None else f"nsenter -t {pid} -n "
