"""The real engine keeps the same promises as the fake."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.host.engine import DockerContainers
from lab.spec.topology import ContainerSpec, NetworkSpec, own_image
from tests.contract import Contract

pytestmark = pytest.mark.docker
NAME = f"contract-{os.getpid()}"


class TestDockerContainers(Contract):
    @pytest.fixture
    def engine(self, labels):
        engine = DockerContainers()
        yield engine
        engine.sweep(labels)

    @pytest.fixture
    def labels(self):
        return {"airgap-lab.name": NAME}

    @pytest.fixture
    def network(self):
        subnet = IPv4Network("203.0.113.0/28")
        return NetworkSpec(NAME, subnet, IPv4Address("203.0.113.1"), f"lab-c{os.getpid() % 10**7}")

    @pytest.fixture
    def spec(self):
        return ContainerSpec(f"{NAME}-site", own_image("seal"), "site", command=("sleep", "infinity"))

    def test_how_a_command_ends_is_an_answer(self, engine, standing):
        failed = engine.exec(standing, ["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=20)
        late = engine.exec(standing, ["sleep", "30"], timeout=1)

        assert (failed.exit_code, failed.stdout, failed.stderr) == (3, "out\n", "err\n")
        assert late.exit_code is None

    def test_stdin_reaches_the_command(self, engine, standing):
        assert engine.exec(standing, ["cat"], timeout=20, stdin="a\nb\n").stdout == "a\nb\n"

    def test_files_put_are_files_read(self, engine, standing):
        engine.put(standing, {"/etc/lab/note": b"written\n"})

        assert engine.exec(standing, ["cat", "/etc/lab/note"], timeout=20).stdout == "written\n"
