"""Rules that stand, compared with those that should stand: shell scripts out, nft's JSON in. Pure.

nft lists a ruleset in other words than it was given. So both are listed: what stands in its place, and the
text that should stand, in a namespace made for that (once for each text: the listing is kept by its digest).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from lab.spec.nft import Pid, Table
from lab.spec.ruleset import Ruleset

KEPT = "/run/lab-rules"
"""In the gatekeeper: listings of what should stand."""
LIST = """\
family=$1 table=$2
shift 2
nft -t -j list table $family $table 2>/dev/null || { echo "{}"; exit 0; }
for set; do echo ,; nft -j list set $family $table $set 2>/dev/null || echo "{}"; done
"""
"""Without the sets' elements, since those that count may hold many thousands; then the given sets, whole."""
FILLED = re.compile(r"\b(?:set|map) (\w+) \{[^{}]*\belements = ")
DEVICE = re.compile(r'\bdevice "?([\w-]+)')
MOVING = frozenset({"handle", "packets", "bytes"})
IPTABLES = ("nat", "filter", "mangle", "raw", "security")
OTHERS = frozenset({(ip, name) for ip in ("ip", "ip6") for name in (*IPTABLES, "kube-proxy")})
"""Tables of Docker, kubelet, kube-proxy and CNI plugins, which hook in wherever they run."""


Lines: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One place: the table that is there, the table that should be, and the hooks of everybody's tables."""

    stands: Table
    wanted: Table
    hooks: Table


def comparing(places: Sequence[tuple[Pid, Ruleset]]) -> str:
    """Return a script that prints a line for each place, which `compared` reads."""
    return f"set -e\nmkdir -p {KEPT}\nLIST='{LIST}'\n" + "".join(
        _comparing(_at(pid), rules) for pid, rules in places
    )


def _comparing(at: str, rules: Ruleset) -> str:
    named = " ".join([rules.family, rules.table, *FILLED.findall(rules.text)])
    kept = f"{KEPT}/{rules.digest}"
    devices = "".join(f"ip link add {name} type bridge; " for name in sorted(set(DEVICE.findall(rules.text))))
    return (
        f"[ -s {kept} ] || {{ unshare -n sh -c \"{devices}nft -f - && sh -c '$LIST' - {named}\" > {kept}.$$"
        f" && mv {kept}.$$ {kept}; }} <<'RULES'\n{rules.text}RULES\n"
        f'{{ echo \'{{"stands":[\'; {at}sh -c "$LIST" - {named}; echo \'],"wanted":[\'; cat {kept};'
        f" echo '],\"hooks\":['; {at}nft -j list chains; echo ']}}'; }} | tr -d '\\n'; echo\n"
    )


def compared(output: str) -> list[Compared]:
    """Read what `comparing` printed, in its order."""
    return [
        Compared(**{side: _joined(documents) for side, documents in json.loads(line).items()})
        for line in output.splitlines()
        if line.strip()
    ]


def _joined(documents: Sequence[dict[str, Any]]) -> Table:
    return [part for document in documents for part in document.get("nftables", [])]


def missing(one: Compared, rules: Ruleset) -> str | None:
    """Say how what stands differs from *rules*; None: not at all."""
    if not one.stands:
        return "not sealed: no ruleset (a new namespace, or somebody took it away)"
    if not any(part.get("counter", {}).get("name") == rules.mark for part in one.stands):
        return "sealed by another ruleset than the lab's addresses ask for now"
    if changed := difference(one.stands, one.wanted):
        return f"its ruleset was changed: {changed}"
    return None


def foreign(one: Compared, known: Sequence[str]) -> str | None:
    """Name the first hook of a table that is neither the lab's (*known*) nor one of those that any node has.

    Whoever hooks in can take packets away before a seal sees them, or change them after it has.
    """
    for chain in _hooks(one, known):
        return f"table {_table(chain)} hooks in at {chain['hook']}, priority {chain['prio']}"
    return None


def others(one: Compared, known: Sequence[str]) -> frozenset[str]:
    """Return family and name of each table that `foreign` would name."""
    return frozenset(_table(chain) for chain in _hooks(one, known))


def clearing(places: Sequence[tuple[Pid, Iterable[str]]]) -> str:
    """Return a script that takes tables away, each by family and name; one that is gone is no error."""
    return "set -e\n" + "".join(
        f"{_at(pid)}nft -f - <<'RULES'\ntable {table}\ndelete table {table}\nRULES\n"
        for pid, tables in places
        for table in sorted(tables)
    )


def _hooks(one: Compared, known: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for part in one.hooks:
        chain = part.get("chain", {})
        others = "hook" in chain and (chain["family"], chain["table"]) not in OTHERS
        if others and chain["table"] not in known:
            yield chain


def _table(chain: Mapping[str, Any]) -> str:
    return f"{chain['family']} {chain['table']}"


def _at(pid: Pid) -> str:
    return "" if pid is None else f"nsenter -t {pid} -n "


def difference(stands: Table, wanted: Table) -> str | None:
    """Say the first difference; counts, handles and what is learnt in sets are none."""
    has, should = _parts(stands), _parts(wanted)
    for key in [*should, *(key for key in has if key not in should)]:
        what = " ".join(key)
        if key not in has:
            return f"{what}: gone"
        if key not in should:
            return f"{what}: added"
        if has[key] != should[key]:
            return f"{what}: {_how(has[key], should[key])}"
    return None


def _how(has: Lines, should: Lines) -> str:
    added = [line for line in has if line not in should]
    lost = [line for line in should if line not in has]
    if added:
        return f"{'; '.join(added)} is not the lab's"
    return f"{'; '.join(lost)} is gone" if lost else "in another order"


def _parts(table: Table) -> dict[tuple[str, str], Lines]:
    """A table's parts by kind and name, as lines: a chain's rules in their order, a set's elements sorted."""
    parts: dict[tuple[str, str], Lines] = {}
    for part in table:
        for kind, body in part.items():
            if kind == "rule":
                parts.setdefault(("rules of chain", body["chain"]), []).append(_line(body["expr"]))
            elif kind != "metainfo":
                parts[kind, body["name"]] = sorted(
                    f"{field} {_line(value)}"
                    for field, value in body.items()
                    if field not in MOVING | {"elem"}
                )
                if "elem" in body:
                    parts["elements of", body["name"]] = sorted(_line(one) for one in body["elem"])
    return parts


def _line(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(_still(value))


def _still(value: object) -> object:
    """Leave out what moves by itself."""
    if isinstance(value, dict):
        return {key: _still(one) for key, one in value.items() if key not in MOVING}
    return [_still(one) for one in value] if isinstance(value, list) else value
