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
WALL_FAMILIES = ("inet", "bridge", "netdev")
"""The wall is a table of each, of one name."""
LEAKS = frozenset({"refused_forward", "refused_input", "refused_unsealed"})
"""The wall's counters of what left its namespace for a place outside. What was sent as somebody else
(`spoofed`), and what the lab's own ranges have nobody for (`stray`), did not.
"""
ONE_LINE = " | tr -d '\\n'; echo\n"
Table: TypeAlias = Sequence[dict[str, Any]]
"""nft's own list of a table's parts; empty where there is no such table."""


def loading(places: Sequence[tuple[Pid, Ruleset]]) -> str:
    """Return a script that puts each ruleset in its place, one transaction each; the first no ends it."""
    return "set -e\n" + "".join(f"{_at(pid)}nft -f - <<'RULES'\n{rules.text}RULES\n" for pid, rules in places)


def filling(text: str) -> str:
    """Return a script that loads *text*, which fills sets of tables that are there."""
    return f"nft -f - <<'ELEMENTS'\n{text}ELEMENTS\n"


def removing(places: Sequence[tuple[Pid, str]], families: Sequence[str] = ("inet",)) -> str:
    """Return a script that takes each table away; declaring it first makes one that is not there no error."""
    return "set -e\n" + "".join(
        f"{_at(pid)}nft -f - <<'RULES'\ntable {family} {table}\ndelete table {family} {table}\nRULES\n"
        for pid, table in places
        for family in families
    )


def listing(places: Sequence[tuple[Pid, str]], families: Sequence[str] = ("inet",)) -> str:
    """Return a script that prints one line a place and family: the table as JSON without its sets' elements,
    or `{}`.
    """
    return "".join(
        f"{{ {_at(pid)}nft -t -j list table {family} {table} 2>/dev/null || echo '{{}}'; }}{ONE_LINE}"
        for pid, table in places
        for family in families
    )


def listed(output: str) -> list[Table]:
    """Read what `listing` printed, in its order."""
    return [json.loads(line).get("nftables", []) for line in output.splitlines() if line.strip()]


def contents(family: str, table: str, names: Sequence[str]) -> str:
    """Return a script that prints the elements of each set, as JSON, one line a set."""
    return "".join(
        f"{{ nft -j list set {family} {table} {name} 2>/dev/null || echo '{{}}'; }}{ONE_LINE}"
        for name in names
    )


def elements(output: str) -> dict[str, frozenset[str]]:
    """Read what `contents` printed: the elements of each set by its name, in nft's own language."""
    found = {}
    for table in listed(output):
        for part in table:
            if "set" in part:
                found[part["set"]["name"]] = frozenset(map(_element, part["set"].get("elem", [])))
    return found


def _element(told: object) -> str:
    """Write an element of a set as nft's own language does: `"port" . 10.1.2.0/24`."""
    match told:
        case {"concat": parts}:
            return " . ".join(map(_element, parts))
        case {"prefix": {"addr": address, "len": length}}:
            return f"{address}/{length}"
        case {"range": [first, last]}:
            return f"{first}-{last}"
        case _:
            return str(told)


def leaked(table: Table) -> int:
    """Return how many packets of the lab a table of the wall has stopped on their way to a place outside."""
    return sum(packets for name, packets in _counters(table).items() if name in LEAKS)


def _counters(table: Table) -> dict[str, int]:
    return {part["counter"]["name"]: int(part["counter"]["packets"]) for part in table if "counter" in part}


def _at(pid: Pid) -> str:
    return "" if pid is None else f"nsenter -t {pid} -n "
