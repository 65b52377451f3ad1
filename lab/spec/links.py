"""Which end on the host is which container's: `ip -d -j link` of both sides, compared. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Listed: TypeAlias = Sequence[Mapping[str, Any]]
"""The links of a namespace, as `ip -d -j link show` lists them."""
LOOSE_KINDS = frozenset({"macvlan", "macvtap", "ipvlan", "ipvtap"})
"""Links that lead out without an end on the host, where it could be held."""

LEAD = """
cd /proc/sys/net
echo 0 > ipv4/icmp_ratemask
[ -d ipv6/conf/$1 ] || exit 0
echo > ipv6/icmp/ratemask
echo 0 > ipv6/conf/$1/accept_dad
echo 0 > ipv6/conf/$1/disable_ipv6
ip -6 route replace default dev $1
"""
"""Gives a namespace a way by IPv6 over the link $1, as far as its own seal, which refuses and records; and
has its kernel refuse as often as it is asked. Where there is no IPv6, nothing is done about it."""


@dataclass(frozen=True, slots=True)
class Links:
    """*ports*: on the lab's bridge; *held*: on any other network; both by their names on the host."""

    ports: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    outer: Mapping[str, str] = field(default_factory=dict)
    """By container, what its link to the lab's bridge is called inside."""
    known: frozenset[str] = frozenset()
    """Every link that the host has now."""
    loose: Sequence[str] = ()
    """`CONTAINER: LINK (KIND)` for each link that cannot be held."""


def listing(pids: Sequence[int]) -> str:
    """Return a script that prints the host's links, then those of each process's namespace, one line each."""
    show = "ip -d -j link show"
    places = ["", *(f"nsenter -t {pid} -n " for pid in pids)]
    return "".join(f"{{ {at}{show} 2>/dev/null || echo '[]'; }} | tr -d '\\n'; echo\n" for at in places)


def listed(output: str) -> list[Listed]:
    """Read what `listing` printed, in its order."""
    return [json.loads(line) for line in output.splitlines() if line.strip()]


def compared(host: Listed, inside: Mapping[str, Listed], bridge: str) -> Links:
    """Find the host's end of every link in *inside*, by container.

    Each end of a pair knows the other's number. Numbers belong to a namespace, so both must agree.
    """
    ends = {(link["ifindex"], link.get("link_index")): link for link in host if _kind(link) == "veth"}
    ports, held, outer, loose = {}, {}, {}, []
    for container, links in inside.items():
        for link in links:
            if _kind(link) in LOOSE_KINDS:
                loose.append(f"{container}: {link['ifname']} ({_kind(link)})")
            end = ends.get((link.get("link_index"), link["ifindex"])) if _kind(link) == "veth" else None
            if end is None:
                continue
            if end.get("master") == bridge:
                ports[end["ifname"]] = container
                outer[container] = link["ifname"]
            else:
                held[end["ifname"]] = container
    known = frozenset(link["ifname"] for link in host)
    return Links(ports, held, outer, known, tuple(loose))


def leading(places: Sequence[tuple[int | None, str | None]]) -> str:
    """Return a script that runs LEAD in each namespace, for its link to the bridge."""
    return "set -e\n" + "".join(
        f"nsenter -t {pid} -n sh -ec '{LEAD}' sh {link}\n" for pid, link in places if pid and link
    )


def _kind(link: Mapping[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))
