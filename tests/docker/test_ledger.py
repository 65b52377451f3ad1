"""The collector against the kernel: a namespace without any way out, its seal, and programs that try.

What the kernel counted must be listed or said to be missing, whatever becomes of the collector meanwhile.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from lab.ledger.sources import gaps, parsed, wants
from lab.spec import ruleset
from lab.spec.topology import own_image

pytestmark = pytest.mark.docker

PID = "/run/collector.pid"
SOURCES = tuple(f"10.233.65.{number}" for number in range(11, 17))
GROUND = f"""
set -e
ip link set lo up
ip link add veth0 type veth peer name beyond && ip link set veth0 up && ip link set beyond up
for one in {" ".join(SOURCES)}; do ip address add $one/24 dev veth0; done
ip route add default via 10.233.65.1
ip neigh replace 10.233.65.1 lladdr 02:00:00:00:00:01 dev veth0
mkdir -p /books /etc/lab
"""
TRIES = """
import socket, sys
source, count, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind((source, 0))
for number in range(count):
    try:
        one.sendto(b"x", (f"203.0.113.{1 + (first + number) // 60000}", 1 + (first + number) % 60000))
    except OSError:
        pass
"""


@dataclass(frozen=True)
class Namespace:
    container: Any

    def run(self, script: str) -> str:
        code, out = self.container.exec_run(["sh", "-c", script])
        assert code == 0, out.decode()
        return str(out.decode())

    def collector_starts(self) -> None:
        starts = f"echo $$ > {PID}; exec python3 -m lab.parts.collector --ledger /books /etc/lab/settings"
        self.container.exec_run(["sh", "-c", starts], detach=True)
        self.run("for t in $(seq 100); do [ -S /run/collector.sock ] && exit 0; sleep 0.1; done; exit 1")

    def collector_is_killed(self, *, meanwhile: str = "true", after: float = 0) -> None:
        self.run(f"{meanwhile} & sleep {after:.2f}; kill -9 $(cat {PID}); rm -f /run/collector.sock; wait")

    def is_read(self) -> None:
        """Twice: what is missing is called so when it is still missing."""
        ask = "LEDGER=/books python3 -m lab.parts.collector.ask"
        assert self.run(f"{ask}; {ask}") == ""

    def tries(self, source: str, count: int, first: int = 0) -> None:
        self.run(f"python3 /tries.py {source} {count} {first}")

    def lines(self) -> list[Any]:
        return list(parsed(self.run("grep -ah '' /books/refused*").splitlines()))

    def counted(self) -> int:
        words = self.run(f"nft list counter inet {ruleset.TABLE} refused_output").split()
        return int(words[words.index("packets") + 1])


def listed(lines: list[Any]) -> int:
    return sum(want.count for want in wants(lines))


def missing(lines: list[Any]) -> int:
    return sum(gap.count for gap in gaps(lines))


@pytest.fixture
def namespace(engine: Any) -> Iterator[Namespace]:
    rules = ruleset.seal(
        [IPv4Address("10.233.65.1")], [IPv4Network("10.233.0.0/18")], refusal="drop", asks_engine=False
    )
    made = engine.containers.run(
        own_image("seal"), ["sleep", "600"], privileged=True, network_mode="none", detach=True
    )
    try:
        found = Namespace(made)
        found.run(f"{GROUND}cat > /tries.py <<'EOF'\n{textwrap.dedent(TRIES)}EOF\n")
        found.run(f"nft -f - <<'EOF'\n{rules.text}EOF\n")
        place = {"place": "site", "pid": 1, "table": ruleset.TABLE, "linked": "type ifname ." in rules.text}
        found.run(f"cat > /etc/lab/settings <<'EOF'\n{json.dumps({'places': [place]})}\nEOF\n")
        yield found
    finally:
        made.remove(force=True, v=True)


def test_what_every_one_tried_first_is_listed_beside_a_sweep_that_is_summed_up(namespace: Namespace) -> None:
    namespace.collector_starts()
    namespace.tries(SOURCES[0], 30_000)
    for source in SOURCES[1:]:
        namespace.tries(source, 3)
    namespace.tries(SOURCES[0], 30_000, first=30_000)
    namespace.is_read()

    found = list(wants(namespace.lines()))
    others = {want.address for want in found if want.what.startswith("203.0.113.1:")} - {SOURCES[0]}
    assert others == set(SOURCES[1:])
    assert [want for want in found if want.address == SOURCES[0] and want.what == "more than is listed/udp"]
    assert listed(namespace.lines()) + missing(namespace.lines()) == namespace.counted() >= 60_015


def test_whenever_the_collector_is_killed_what_was_counted_is_listed_or_said_to_be_missing(
    namespace: Namespace,
) -> None:
    """Killed after a few milliseconds more each time, while somebody goes on trying."""
    for turn in range(12):
        namespace.collector_starts()
        tries = f"python3 /tries.py {SOURCES[turn % 6]} 4000 {turn * 4000}"
        namespace.collector_is_killed(meanwhile=tries, after=turn * 0.02)
    namespace.collector_starts()
    namespace.is_read()

    lines = namespace.lines()
    assert listed(lines) > 0
    assert listed(lines) + missing(lines) == namespace.counted() >= 48_000


def test_sets_that_somebody_emptied_hide_nothing(namespace: Namespace) -> None:
    namespace.tries(SOURCES[0], 5)
    namespace.run(f"nft flush set inet {ruleset.TABLE} output_4_ports")
    namespace.collector_starts()
    namespace.is_read()

    assert (listed(namespace.lines()), missing(namespace.lines())) == (namespace.counted() - 5, 5)


def test_a_reading_comes_when_it_is_asked_for_and_nothing_is_lost_that_came_just_before(
    namespace: Namespace,
) -> None:
    """What a table has counted goes with the table: so it is asked for before that is replaced."""
    namespace.collector_starts()
    for turn in range(6):
        namespace.tries(SOURCES[turn], 1, first=turn)
        namespace.is_read()
        namespace.run(
            f"nft list table inet {ruleset.TABLE} > /tmp/rules; nft delete table inet {ruleset.TABLE};"
            " sed -i 's/counter packets [0-9]* bytes [0-9]*/counter/' /tmp/rules; nft -f /tmp/rules"
        )

    found = {want.what for want in wants(namespace.lines())}
    assert {f"203.0.113.1:{1 + turn}/udp" for turn in range(6)} <= found


def test_a_line_that_was_cut_off_spoils_no_other(namespace: Namespace) -> None:
    namespace.tries(SOURCES[0], 5)
    namespace.collector_starts()
    namespace.is_read()
    namespace.run('printf \'{"time": "cut\' >> /books/refused.jsonl')
    namespace.collector_is_killed()
    namespace.collector_starts()
    namespace.tries(SOURCES[1], 5)
    namespace.is_read()

    assert (listed(namespace.lines()), missing(namespace.lines())) == (namespace.counted(), 0)
