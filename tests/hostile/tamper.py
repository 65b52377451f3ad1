"""A8 and A9: rules, routes and settings that somebody privileged changes. Status says so or it is undone; up mends it.

Each round changes something in several places; meanwhile each place tries to get out. The wall is the host's: a
round that changes it leaves the seals alone, and the other way round, since one of them must hold.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from tests.hostile.checks import Result, result, unless
from tests.hostile.places import Ground, call
from tests.hostile.tripwire import Tripwire

SEAL = "airgap_lab"
WALL = "WALL"
"""Stands for the wall's table."""
FIRST_REFUSAL = (
    "nft -a list chain inet {table} {chain} | sed -n 's/.*reject.*# handle \\([0-9]*\\)$/\\1/p' | head -n 1"
)


@dataclass(frozen=True, slots=True)
class Change:
    """*place* `wall` is the host's namespace. *command* runs there as root, `{table}` being the table's name."""

    place: str
    title: str
    command: str


ROUNDS: tuple[tuple[Change, ...], ...] = (
    (
        Change("node/localnode-2", "the table is deleted", "nft delete table inet {table}"),
        Change("node/localnode-3", "the table is emptied", "nft flush table inet {table}"),
        Change(
            "workstation",
            "an address is added to inside",
            "nft add element inet {table} inside {{ 198.51.100.0/24 }}",
        ),
        Change("site", "a rule that accepts comes first", "nft insert rule inet {table} output accept"),
        Change(
            "sinkhole",
            "a hook before the seal's",
            "nft add table inet early; nft add chain inet early out '{{ type filter hook output priority -350; }}'; nft add rule inet early out ip daddr 198.51.100.0/24 notrack",
        ),
    ),
    (
        Change(
            "node/localnode-2",
            "a rule that refuses is replaced",
            f"nft replace rule inet {{table}} output handle $({FIRST_REFUSAL.replace('{chain}', 'output')}) accept",
        ),
        Change(
            "node/localnode-3",
            "a rule that refuses is deleted",
            f"nft delete rule inet {{table}} forward handle $({FIRST_REFUSAL.replace('{chain}', 'forward')})",
        ),
        Change("workstation", "a chain is emptied", "nft flush chain inet {table} output"),
        Change("site", "an address is taken from inside", "nft flush set inet {table} inside"),
        Change("sinkhole", "the table is dormant", "nft add table inet {table} '{{ flags dormant; }}'"),
    ),
    (
        Change(
            "node/localnode-1",
            "a hook before the seal's rewrites destinations",
            "nft add table ip early; nft add chain ip early out '{{ type route hook output priority -350; }}'; nft add rule ip early out ip daddr 198.51.100.0/24 ip ttl set 9",
        ),
    ),
    (
        Change(
            "node/localnode-2",
            "its routes to other nodes' pods are gone",
            "ip route show | grep -E '^10\\.233\\.[0-9.]+/24 via' | cut -d' ' -f1 | while read r; do ip route del $r; done",
        ),
        Change(
            "wall",
            "a rule that accepts comes first",
            "nft list tables | grep '{table}' | sed 's/^table //' | while read t; do for c in $(nft list table $t | sed -n 's/^.chain \\([a-z_0-9]*\\) .*/\\1/p'); do nft insert rule $t $c accept; done; done",
        ),
    ),
    (
        Change("workstation", "another resolver", "RESOLVER"),
        Change(
            "wall",
            "its chains are emptied",
            "nft list tables | grep '{table}' | sed 's/^table //' | while read t; do nft flush table $t; done",
        ),
    ),
    (
        Change("CoreDNS", "the asker's option is gone", "COREDNS"),
        Change(
            "wall",
            "its tables are deleted",
            "nft list tables | grep '{table}' | sed 's/^table //' | while read t; do nft delete table $t; done",
        ),
    ),
)
PLACE_WORDS = {"CoreDNS": "oredns", "wall": "wall"}


def tampering(ground: Ground, wire: Tripwire) -> list[Result]:
    results = []
    for number, changes in enumerate(ROUNDS):
        before = {change.place: _state(ground, change) for change in changes}
        void = {change.place: _apply(ground, change) for change in changes}
        status = json.loads(ground.lab("status", "--json").stdout or "[]")
        said = " ".join(str(one["problem"]) for one in status if not one["ready"])
        parts = " ".join(one["part"] for one in status if not one["ready"])
        after = {change.place: _state(ground, change) for change in changes}
        tried = _try_to_leave(
            ground, [change.place for change in changes if change.place not in PLACE_WORDS], number
        )
        left = {one.dst for one in wire.caught() if one.way == "left"}
        up = ground.up()
        mended = {change.place: _state(ground, change) for change in changes}
        ready = ground.lab("status")
        for change in changes:
            word = PLACE_WORDS.get(change.place, change.place.removeprefix("node/"))
            told = word in said or word in parts
            undone = after[change.place] == before[change.place]
            was = unless(not void[change.place], f"it could not be changed: {void[change.place]}")
            name = f"{change.place}: {change.title}"
            results.append(
                result(
                    "A8",
                    f"{name}: said, or undone at once",
                    was,
                    unless(told or undone, f"status says {said!r}"),
                )
            )
            same = mended[change.place] == before[change.place]
            results.append(
                result(
                    "A8",
                    f"{name}: mended by `lab up`",
                    unless(up.returncode == 0, up.stderr[-300:]),
                    unless(same, "it is not as before"),
                )
            )
            if target := tried.get(change.place):
                results.append(
                    result("A8", f"{name}: still nothing leaves", unless(target not in left, "it left"))
                )
        leaks = re.sub(r"(?m)^wall .*past.*\n", "", ready.stdout)
        results.append(
            result("A8", f"after round {number + 1} all is ready", unless("not ready" not in leaks, leaks))
        )
    return results


def _table(ground: Ground, place: str) -> str:
    return f"airgap_{ground.topology.name.replace('-', '_')}" if place == "wall" else SEAL


def _apply(ground: Ground, change: Change) -> str:
    """Carry out the change; return what went wrong with that, which would make the check void."""
    if change.command == "RESOLVER":
        container = ground.container("workstation")
        write = "echo nameserver 198.51.100.53 >/etc/resolv.conf"
        return call("docker", "exec", container, "bash", "-c", write).stderr
    if change.command == "COREDNS":
        text = ground.kubectl("get", "configmap", "coredns", "-n", "kube-system", "-o", "json").stdout
        whole = json.loads(text)
        whole["data"]["Corefile"] = re.sub(r".*rewrite edns0.*\n", "", whole["data"]["Corefile"])
        return ground.kubectl("replace", "-f", "-", stdin=json.dumps(whole).encode()).stderr
    command = change.command.replace("{table}", _table(ground, change.place))
    return _at(ground, change.place, command.replace("{{", "{").replace("}}", "}")).stderr


def _state(ground: Ground, change: Change) -> str:
    """What the change touches, without counters, elements that packets make, and handles."""
    if change.command == "COREDNS":
        return ground.kubectl(
            "get", "configmap", "coredns", "-n", "kube-system", "-o", "jsonpath={.data.Corefile}"
        ).stdout
    if change.command == "RESOLVER":
        return call("docker", "exec", ground.container("workstation"), "cat", "/etc/resolv.conf").stdout
    if "ip route" in change.command:
        return _at(ground, change.place, "ip route show | sort").stdout
    tables = _at(ground, change.place, "nft -s list tables").stdout.splitlines()
    ours = [one for one in tables if _table(ground, change.place) in one.split() or "early" in one.split()]
    text = "".join(_at(ground, change.place, f"nft -s list {one}").stdout for one in sorted(ours))
    dynamic = re.sub(r"(?s)\tset \w+ \{(?:(?!\n\t\}).)*flags dynamic(?:(?!\n\t\}).)*\n\t\}\n", "", text)
    return re.sub(r"(?m)^.*(digest_|fib_digest).*$", "", dynamic)


def _at(ground: Ground, place: str, command: str) -> subprocess.CompletedProcess[str]:
    within = ("docker", "exec", "-i", ground.tool) if place == "wall" else ground.within(place)
    return call(*within, "bash", "-c", command)


def _try_to_leave(ground: Ground, places: list[str], number: int) -> Mapping[str, str]:
    """From each place, and from the pods on it, one datagram outwards."""
    targets, plans = {}, {}
    for index, place in enumerate(places):
        targets[place] = f"198.51.100.{210 + 5 * number + index}"
        plans[place] = [
            {"id": 100 + index, "how": "socket", "carries": "udp", "dst": targets[place], "dport": 25000}
        ]
    ground.send_all(plans)
    return targets
