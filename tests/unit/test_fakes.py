"""The fakes keep the promises that the code is tested against."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.errors import NotReady
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

    @pytest.fixture
    def guest(self, spec):
        return ContainerSpec("fake-dns", "image", "dns", shares=spec.name)

    @pytest.fixture
    def no_image(self, engine):
        engine.images["gone"] = None
        return "gone"

    @pytest.fixture
    def change_image(self, engine, spec):
        return lambda: engine.images.update({spec.image: "another"})

    @pytest.fixture
    def stop(self, engine):
        return lambda name: setattr(engine.containers[name], "running", False)

    @pytest.fixture
    def volumes(self, engine):
        return lambda: list(engine.volumes)

    def test_addresses_are_free_ones(self, engine, standing, network, labels):
        engine.ensure(ContainerSpec("two", "image", "two"), network, labels)

        assert [str(one.address) for one in engine.seen(labels)] == ["192.0.2.2", "192.0.2.3"]


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
