"""connect, wanted, observe: over a fake engine."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.spec.actions import Connect, Observe, Wanted
from lab.spec.books import LEDGER
from lab.spec.config import LabConfig
from lab.spec.plan import SETTINGS, plan
from lab.spec.scenario import Outcome
from lab.spec.topology import KIND_LABEL, ContainerSpec
from lab.steps.connect import Target, connect, target
from lab.steps.observe import observe
from lab.steps.stage import Stage
from lab.steps.wanted import wanted
from tests.fakes import FakeClock, FakeContainers, completed, fake_host

TOPOLOGY = plan(LabConfig())


class Engine:
    """*hits* are the wall's totals, one for each look; *said* is the probe's line, *books* the ledger's."""

    def __init__(self, *, hits=(0, 0), said=None, wall=True):
        self.hits, self.wall, self.books = list(hits), wall, ""
        self.said = completed(
            json.dumps({"outcome": "refused", "detail": "no", "seconds": 0.1}) if said is None else said
        )

    def answer(self, call):
        if call.stdin and "list table" in call.stdin:
            table = [{"counter": {"name": "refused_forward", "packets": self.hits.pop(0)}}]
            return completed(json.dumps({"nftables": table}) if self.wall else "{}")
        if LEDGER in " ".join(call.argv):
            return completed(self.books)
        return self.said


def stage_of(answer, clock=None):
    containers = FakeContainers(answer=answer)
    for spec in (TOPOLOGY.seal, TOPOLOGY.site, TOPOLOGY.workstation, TOPOLOGY.dns):
        containers.ensure(spec, TOPOLOGY.network, TOPOLOGY.labels)
    for node in TOPOLOGY.cluster.nodes:
        spec = ContainerSpec(node.container, "node", "node")
        containers.ensure(spec, TOPOLOGY.network, {KIND_LABEL: TOPOLOGY.cluster.name})
    host = fake_host(containers=containers, clock=clock)
    return Stage(TOPOLOGY, host, Path(), host.clock.now()), containers


@pytest.mark.parametrize(
    ("to", "read"),
    [
        ("198.51.100.7:443/tcp", Target("198.51.100.7", 443, "tcp")),
        ("[2001:db8::7]:53/udp", Target("2001:db8::7", 53, "udp")),
        ("198.51.100.7/icmp", Target("198.51.100.7", None, "icmp")),
        ("[2001:db8::7]/icmp", Target("2001:db8::7", None, "icmp")),
        ("registry:5000/tcp", Target("registry", 5000, "tcp")),
    ],
)
def test_a_target_is_read(to, read):
    assert target(to) == read


@pytest.mark.parametrize(
    "to", ["", "198.51.100.7/tcp", "198.51.100.7:1/icmp", "a:b:1/tcp", "a:1/sctp", "a:1"]
)
def test_a_bad_target_is_named(to):
    with pytest.raises(LabError, match="write ADDRESS:PORT/tcp"):
        target(to)


@pytest.mark.parametrize(
    ("engine", "outcome"),
    [
        (Engine(), Outcome.REFUSED),
        (Engine(hits=(4, 4)), Outcome.REFUSED),
        (Engine(hits=(4, 5)), Outcome.LEAKS),
        (Engine(said="python3: No module named probe"), Outcome.FAILS),
    ],
)
@pytest.mark.parametrize("place", ["workstation", "node/localnode-2", "pod/probe"])
def test_an_attempt_is_judged_with_the_wall(engine, outcome, place):
    engine.hits = list(engine.hits)
    stage, _ = stage_of(Engine(hits=engine.hits, said=engine.said.stdout).answer)

    assert (
        connect(Connect(to="198.51.100.7:443/tcp", **{"from": place}), stage, timeout=20).outcome is outcome
    )


def test_a_node_is_entered_by_its_process_and_a_pod_by_kubectl():
    stage, containers = stage_of(Engine(hits=(0, 0, 0, 0)).answer)
    connect(Connect(to="198.51.100.7/icmp", **{"from": "node/localnode-2"}), stage, timeout=20)
    connect(Connect(to="198.51.100.7/icmp", **{"from": "pod/web/probe"}), stage, timeout=20)
    by_node, by_pod = (call for call in containers.execs if call.stdin is None)

    pid = next(one.pid for one in containers.seen({KIND_LABEL: ""}) if one.name == "lab-worker")
    assert by_node.container == TOPOLOGY.seal.name
    assert f"nsenter -t {pid} -n" in " ".join(by_node.argv)
    assert by_pod.container == TOPOLOGY.workstation.name
    assert " ".join(by_pod.argv).endswith(
        "exec -n web probe -- python3 -m lab.parts.probe icmp 198.51.100.7 --timeout 10"
    )


def test_without_a_wall_nothing_is_attempted():
    stage, containers = stage_of(Engine(wall=False).answer)

    with pytest.raises(LabError, match="the wall is not up"):
        connect(Connect(to="198.51.100.7:443/tcp"), stage, timeout=20)
    assert all(call.stdin for call in containers.execs)


def query(stage, name, *, seconds=1):
    at = (stage.started + timedelta(seconds=seconds)).isoformat()
    address = next(
        str(one.address) for one in stage.host.containers.seen({}) if one.name == TOPOLOGY.workstation.name
    )
    line = {"time": at, "peer": address, "asker": address, "name": name, "type": "A", "rcode": "NXDOMAIN"}
    place = {"time": at, "event": "place", "place": "workstation", "addresses": [address], "first": True}
    return "".join(json.dumps(one) + "\n" for one in (place, line | {"kind": "unknown", "transport": "udp"}))


@pytest.mark.parametrize("by", [None, "workstation"])
def test_what_was_wanted_is_found(by):
    engine = Engine()
    stage, _ = stage_of(engine.answer)
    engine.books = query(stage, "outside.test.")

    assert wanted(Wanted(names=("Outside.test",), by=by), stage, timeout=5).outcome is Outcome.SUCCEEDS


@pytest.mark.parametrize(
    ("action", "seconds"),
    [
        (Wanted(names=("other.test",)), 1),
        (Wanted(names=("outside.test",), by="^pod "), 1),
        (Wanted(urls=("http://outside.test/",)), 1),
        (Wanted(names=("outside.test",)), -60),  # before the scenario began
    ],
)
def test_what_was_not_wanted_is_missing_after_the_whole_time(action, seconds):
    clock, engine = FakeClock(), Engine()
    stage, _ = stage_of(engine.answer, clock)
    engine.books = query(stage, "outside.test.", seconds=seconds)

    seen = wanted(action, stage, timeout=5)

    assert seen.outcome is Outcome.NOT_FOUND
    assert seen.detail.startswith("not in the ledger: ")
    assert clock.passed >= 5


class Dns:
    """Answers by the mode that stands in the file, as soon as it has been asked *late* times."""

    def __init__(self, late=0):
        self.late = late
        self.containers = None

    def answer(self, call):
        text = self.containers.containers[TOPOLOGY.dns.name].files[SETTINGS].decode()
        if call.argv[0] == "cat":
            return completed(text)
        self.late -= 1
        on = json.loads(text)["mode"] == "observe"
        if self.late >= 0:
            on = not on
        return completed("10.142.18.191\n" if on else "")


@pytest.mark.parametrize("late", [0, 3])
@pytest.mark.parametrize("on", [True, False])
def test_observing_waits_until_the_dns_answers_so(on, late):
    dns = Dns(late)
    stage, dns.containers = stage_of(dns.answer)

    seen = observe(Observe(on=on), stage, timeout=30)

    assert seen.outcome is Outcome.SUCCEEDS
    settings = json.loads(dns.containers.containers[TOPOLOGY.dns.name].files[SETTINGS])
    assert settings == json.loads(TOPOLOGY.dns.files[SETTINGS]) | {"mode": "observe" if on else "deny"}


def test_a_dns_that_never_switches_is_late():
    dns = Dns(late=10**6)
    stage, dns.containers = stage_of(dns.answer)

    assert observe(Observe(on=True), stage, timeout=3).outcome is Outcome.TIMES_OUT
