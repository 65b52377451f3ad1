"""The components over a fake engine that keeps a table for each namespace."""

from __future__ import annotations

import json
import re

import pytest

from lab.components.seal import Seal, Wall
from lab.errors import LabError
from lab.spec import ruleset
from lab.spec.books import LEDGER
from lab.spec.config import LabConfig
from lab.spec.plan import COLLECTOR_SETTINGS, plan
from lab.spec.topology import KIND_LABEL, ContainerSpec
from tests.fakes import FakeContainers, completed, fake_host

TOPOLOGY = plan(LabConfig())
BLOCK = re.compile(r"^(?:nsenter -t (\d+) -n )?nft -f - <<'RULES'\n(.*?)^RULES\n", re.MULTILINE | re.DOTALL)
LISTED = re.compile(r"(?:nsenter -t (\d+) -n )?nft -t -j list table inet (\w+)")
COMPARED = re.compile(
    r"<<'RULES'\n(.*?)^RULES\n.*?(?:nsenter -t (\d+) -n )?sh -c \"\$LIST\" - (\w+) (\w+)",
    re.MULTILINE | re.DOTALL,
)


class Kernel:
    """Reads the scripts as a shell and nft would, as far as they go."""

    def __init__(self):
        self.tables = {}
        self.of_the_bridge = {}
        """By family, what stands at the host beside the wall's own table."""
        self.loads = 0
        self.resets = 0
        self.books = []
        self.order = []

    def answer(self, call):
        if "lab.parts.collector.ask" in " ".join(call.argv):
            self.order.append("ask")
            if LEDGER in " ".join(call.argv):
                return completed("".join(json.dumps(line) + "\n" for line in self.books))
            self.books += [
                {"time": "2026-01-02T03:04:30+00:00", **json.loads(line)} for line in call.argv[3:]
            ]
            return completed()
        script = call.stdin or ""
        for pid, text in [] if "LIST=" in script else BLOCK.findall(script):
            _, family, name = text.split()[:3]
            tables = self.tables if family == "inet" else self.of_the_bridge.setdefault(family, {})
            tables.pop((pid, name), None)
            if "{" in text:
                self.loads += family == "inet"
                self.order.append("load")
                tables[pid, name] = self._parts(text)
        if "LIST=" in script:
            return completed("".join(self._compared(*found) for found in COMPARED.findall(script)))
        self.resets += "reset counters" in script
        shown = [
            {"nftables": self.tables[key]} if (key := found) in self.tables else {}
            for found in LISTED.findall(script)
        ]
        return completed("".join(json.dumps(one) + "\n" for one in shown))

    def _compared(self, text, pid, family, name):
        tables = self.tables if family == "inet" else self.of_the_bridge.get(family, {})
        parts = {"stands": tables.get((pid, name), []), "wanted": self._parts(text), "hooks": []}
        return json.dumps({key: [{"nftables": value}] for key, value in parts.items()}) + "\n"

    @staticmethod
    def _parts(text):
        names = re.findall(r"^  counter (\w+) ", text, re.MULTILINE)
        rules = re.findall(r"^    (?!type )(.*)", text, re.MULTILINE)
        return [{"counter": {"name": name, "packets": 0}} for name in names] + [
            {"rule": {"chain": "output", "expr": rule}} for rule in rules
        ]


LEAK = {
    "time": "2026-01-02T03:04:05+00:00",
    "place": "wall",
    "sender": "lab-worker",
    "hook": "forward",
    "src": "10.233.65.9",
    "dst": "198.51.100.7",
    "proto": "tcp",
    "port": 443,
    "packets": 3,
}


@pytest.fixture
def kernel():
    return Kernel()


@pytest.fixture
def containers(kernel):
    found = FakeContainers(answer=kernel.answer)
    for spec in (TOPOLOGY.seal, TOPOLOGY.site, TOPOLOGY.sinkhole, TOPOLOGY.workstation):
        found.ensure(spec, TOPOLOGY.network, TOPOLOGY.labels)
    for node in TOPOLOGY.cluster.nodes:
        spec = ContainerSpec(node.container, "node", "node")
        found.ensure(spec, TOPOLOGY.network, {KIND_LABEL: TOPOLOGY.cluster.name})
    return found


@pytest.fixture
def seal(containers):
    return Seal(TOPOLOGY, fake_host(containers=containers))


@pytest.fixture
def wall(containers):
    return Wall(TOPOLOGY, fake_host(containers=containers))


def test_up_seals_every_namespace_and_tells_the_collector(seal, containers, kernel):
    seal.up()

    assert seal.check() is None
    assert len(kernel.tables) == 6
    settings = json.loads(containers.containers[TOPOLOGY.seal.name].files[COLLECTOR_SETTINGS])
    places = {one["place"]: one["table"] for one in settings["places"]}
    assert places == {
        "wall": "airgap_lab",
        **dict.fromkeys(
            ("localnode-1", "localnode-2", "localnode-3", "site", "sinkhole", "workstation"), ruleset.TABLE
        ),
    }


def test_up_twice_is_up_once(seal, kernel):
    seal.up()
    seal.up()

    assert (kernel.loads, kernel.resets) == (6, 0)


def test_a_namespace_that_lost_its_rules_is_named_and_mended_alone(seal, kernel):
    seal.up()
    lost = next(iter(kernel.tables))
    del kernel.tables[lost]

    assert "localnode-1: not sealed" in seal.check()

    seal.up()
    assert seal.check() is None
    assert kernel.loads == 7


def test_a_container_that_stopped_is_named(seal, containers):
    seal.up()
    containers.containers[TOPOLOGY.workstation.name].running = False

    assert "workstation: does not run" in seal.check()
    with pytest.raises(LabError, match="does not run: workstation"):
        seal.up()


def test_lifting_opens_every_namespace_and_leaves_the_wall(seal, wall, kernel):
    wall.up()
    seal.up()

    seal.lift()

    assert list(kernel.tables) == [("", "airgap_lab")]
    assert wall.check() is None
    assert "localnode-1: not sealed" in seal.check()


def test_going_down_the_seal_stays_shut(seal, kernel):
    seal.up()
    seal.down()

    assert len(kernel.tables) == 6


def test_the_wall_names_the_leaks_that_nobody_has_acknowledged(wall, kernel):
    wall.up()
    assert wall.check() is None

    kernel.books.append(LEAK)

    assert wall.check() == (
        "3 packets got past a seal, stopped by the wall: 03:04:05 unknown, on localnode-2 (10.233.65.9) to "
        "198.51.100.7:443/tcp; `lab egress` lists them, `lab egress --acknowledge` takes note of them"
    )


def test_what_knocked_before_the_seal_first_closed_is_acknowledged_and_later_leaks_are_not(
    wall, seal, kernel
):
    wall.up()
    kernel.books.append(LEAK)

    seal.up()

    assert wall.check() is None
    assert [line["event"] for line in kernel.books[1:]] == ["acknowledged", "sealed"]
    kernel.tables.popitem()
    kernel.books.append(LEAK | {"time": "2026-01-02T03:05:00+00:00"})
    seal.up()
    assert "03:05:00" in wall.check()


def test_before_a_table_is_replaced_what_it_counted_is_written_down(seal, kernel):
    seal.up()

    assert kernel.order.index("ask") < kernel.order.index("load")


def test_the_wall_goes_even_where_a_crash_left_no_seal_container(wall, containers, kernel):
    wall.up()
    containers.remove(TOPOLOGY.seal.name)

    wall.down()

    assert kernel.tables == {}
    assert TOPOLOGY.seal.name not in containers.containers


def test_another_address_makes_another_ruleset(seal, containers, kernel):
    seal.up()
    node = TOPOLOGY.cluster.nodes[2].container
    containers.containers[node].address = TOPOLOGY.network.gateway + 99

    assert "another ruleset" in seal.check()

    seal.up()
    assert kernel.loads == 12
