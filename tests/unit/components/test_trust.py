"""The lab's authority is trusted by nodes and workstation, and those that know it are left alone."""

from __future__ import annotations

import pytest

from lab.components.trust import HAS, LEARN, Trust
from lab.errors import CommandFailed
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.topology import KIND_LABEL, ContainerSpec
from tests.fakes import FakeContainers, completed, fake_host

LAB = plan(LabConfig())
EVERYBODY = {"lab-control-plane", "lab-worker", "lab-worker2", "lab-workstation"}


class World:
    """Containers that remember which authority they were told of."""

    def __init__(self) -> None:
        self.authority = "ours\n"
        self.known: dict[str, str] = {}
        self.refuses = ""
        self.told: list[str] = []
        self.containers = FakeContainers(answer=self.answer)
        for spec in LAB.containers:
            self.containers.ensure(spec, LAB.network, LAB.labels)
        for node in LAB.cluster.nodes:
            self.containers.ensure(
                ContainerSpec(node.container, "node", "node"), LAB.network, {KIND_LABEL: "lab"}
            )

    def answer(self, call):
        if call.argv[0] == "cat":
            return completed(self.authority) if self.authority else completed(exit_code=1)
        if call.argv[-1] == HAS:
            return completed(exit_code=0 if self.known.get(call.container) == call.stdin else 1)
        assert call.argv[-1] == LEARN
        if call.container == self.refuses:
            return completed(stderr="disk full", exit_code=1)
        self.known[call.container] = call.stdin
        self.told.append(call.container)
        return completed()


@pytest.fixture
def world():
    return World()


@pytest.fixture
def trust(world):
    return Trust(LAB, fake_host(containers=world.containers))


def test_everybody_is_told_once(world, trust):
    trust.up()
    trust.up()

    assert sorted(world.told) == sorted(EVERYBODY)
    assert trust.check() is None


def test_who_was_made_anew_is_told_again(world, trust):
    trust.up()
    world.told.clear()
    del world.known["lab-workstation"]
    assert trust.check() == "the lab's authority is not trusted by lab-workstation"

    trust.up()

    assert world.told == ["lab-workstation"]


def test_another_authority_is_told_to_all(world, trust):
    trust.up()
    world.told.clear()
    world.authority = "another\n"

    trust.up()

    assert set(world.told) == EVERYBODY


def test_who_cannot_be_told_is_a_failure(world, trust):
    world.refuses = "lab-worker"

    with pytest.raises(CommandFailed, match="disk full"):
        trust.up()


def test_without_an_authority_there_is_nothing_to_tell(world, trust):
    world.authority = ""

    with pytest.raises(CommandFailed):
        trust.up()
    assert world.told == []
