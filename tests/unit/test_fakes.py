"""The fakes keep the promises that the code is tested against."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.errors import ContainerFailed, NotReady
from lab.host.clock import wait_until
from lab.spec.topology import ContainerSpec, NetworkSpec
from tests.contract import Contract
from tests.fakes import FakeClock, FakeContainers, FakeShell, completed


class TestFakeContainers(Contract):
    @pytest.fixture
    def engine(self):
        return FakeContainers()

    @pytest.fixture
    def labels(self):
        return {"airgap-lab.name": "fake"}

    @pytest.fixture
    def network(self):
        return NetworkSpec("fake", IPv4Network("192.0.2.0/28"), IPv4Address("192.0.2.1"), "lab-fake")

    @pytest.fixture
    def spec(self):
        return ContainerSpec("fake-site", "image", "site", command=("sleep", "infinity"))

    def test_another_spec_makes_another_container(self, engine, standing, network, labels):
        other = ContainerSpec(standing, "another", "site")

        assert engine.ensure(other, network, labels) is True
        assert engine.containers[standing].spec == other

    def test_addresses_are_free_ones(self, engine, standing, network, labels):
        engine.ensure(ContainerSpec("two", "image", "two"), network, labels)

        assert [str(one.address) for one in engine.seen(labels)] == ["192.0.2.2", "192.0.2.3"]

    def test_one_that_does_not_run_cannot_be_asked(self, engine, standing):
        engine.containers[standing].running = False

        with pytest.raises(ContainerFailed, match="is not running"):
            engine.exec(standing, ["true"], timeout=5)

    def test_a_namespace_is_shared_only_with_what_is_there(self, engine, network, labels):
        with pytest.raises(ContainerFailed, match="no such container: nobody"):
            engine.ensure(ContainerSpec("one", "image", "one", shares="nobody"), network, labels)


def test_a_minute_passes_at_once():
    clock = FakeClock()

    with pytest.raises(NotReady, match="not ready after 60 s; last seen: no"):
        wait_until("it", lambda: "no", clock=clock, timeout=60, every=1)
    assert clock.passed == 60
    assert (clock.now() - clock.start).total_seconds() == 60


def test_the_shell_remembers_what_ran():
    shell = FakeShell(lambda argv: completed(argv[0]))

    assert shell.run(["a", "b"], timeout=1, stdin="c").stdout == "a"
    assert shell.ran == [("a", "b")]
    assert shell.calls[0].stdin == "c"
