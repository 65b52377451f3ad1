"""The real engine keeps the same promises as the fake, and those that a fake cannot make."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.host.engine import DockerContainers
from lab.spec.topology import ContainerSpec, NetworkSpec, own_image
from tests.contract import Contract

pytestmark = pytest.mark.docker
NAME = f"t-{os.getpid()}"
IMAGE = own_image("seal")


class TestDockerContainers(Contract):
    @pytest.fixture
    def engine(self, labels):
        engine = DockerContainers()
        yield engine
        engine.sweep(labels)
        engine.client.close()

    @pytest.fixture
    def labels(self):
        return {"airgap-lab.name": NAME}

    @pytest.fixture
    def network(self):
        return NetworkSpec(
            NAME, IPv4Network("10.142.79.0/24"), IPv4Address("10.142.79.1"), f"lab-{NAME}"[:15]
        )

    @pytest.fixture
    def image(self, engine):
        """A name of the test's own for the seal's image, so that it may come to mean another."""
        engine.client.images.get(IMAGE).tag(NAME, "latest")
        yield f"{NAME}:latest"
        engine.client.images.remove(f"{NAME}:latest", force=True)

    @pytest.fixture
    def spec(self, image, engine):
        yield ContainerSpec(f"{NAME}-site", image, "site", command=("sleep", "infinity"))
        engine.remove(f"{NAME}-site")  # before its image

    @pytest.fixture
    def guest(self, spec):
        return ContainerSpec(f"{NAME}-dns", IMAGE, "dns", command=("sleep", "infinity"), shares=spec.name)

    @pytest.fixture
    def no_image(self):
        return "airgap-lab/no-such-image:latest"

    @pytest.fixture
    def change_image(self, engine):
        return lambda: engine.client.images.get(own_image("dns")).tag(NAME, "latest")

    @pytest.fixture
    def stop(self, engine):
        return engine.client.api.kill

    @pytest.fixture
    def volumes(self, engine, labels):
        (label,) = labels.items()
        return lambda: [one.name for one in engine.client.volumes.list(filters={"label": "=".join(label)})]

    def test_how_a_command_ends_is_an_answer(self, engine, standing):
        failed = engine.exec(standing, ["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=20)

        assert (failed.exit_code, failed.stdout, failed.stderr) == (3, "out\n", "err\n")

    def test_a_program_that_is_not_there_is_an_answer_too(self, engine, standing):
        failed = engine.exec(standing, ["no-such-program"], timeout=20)

        assert failed.exit_code == 127
        assert "no-such-program" in failed.output

    @pytest.mark.parametrize("deaf", [False, True])
    def test_a_command_that_takes_too_long_is_really_gone(self, engine, standing, deaf):
        command = ("trap '' TERM; " if deaf else "") + "echo begun; sleep 4321; sleep 4321"
        start = time.monotonic()
        late = engine.exec(standing, ["bash", "-c", command], timeout=1)

        assert (late.exit_code, late.stdout) == (None, "begun\n")
        assert time.monotonic() - start < 8
        assert "4321" not in engine.exec(standing, ["ps", "-eo", "args"], timeout=20).stdout

    def test_its_twin_that_ends_in_time_is_not(self, engine, standing):
        assert engine.exec(standing, ["sleep", "0.1"], timeout=20).exit_code == 0

    def test_much_stdin_reaches_the_command(self, engine, standing):
        content = "0123456789abcde\n" * 327_680  # 5 MiB
        done = engine.exec(standing, ["wc", "-c"], timeout=60, stdin=content)

        assert (done.exit_code, done.stdout.strip()) == (0, str(len(content)))

    def test_much_goes_in_and_out_at_once(self, engine, standing):
        content = "0123456789abcde\n" * 65_536  # 1 MiB
        done = engine.exec(standing, ["tee", "/dev/stderr"], timeout=60, stdin=content)

        assert (done.exit_code, done.stdout == content, done.stderr == content) == (0, True, True)

    def test_a_command_may_leave_its_input_unread(self, engine, standing):
        done = engine.exec(standing, ["echo", "enough"], timeout=20, stdin="x" * 5_000_000)

        assert (done.exit_code, done.stdout) == (0, "enough\n")

    def test_nothing_of_a_quick_answer_is_lost(self, engine, standing):
        answers = {engine.exec(standing, ["echo", "hello"], timeout=20).stdout for _ in range(20)}

        assert answers == {"hello\n"}

    def test_files_put_are_files_read_and_folders_are_made(self, engine, standing):
        engine.put(standing, {"/srv/a/b/note": b"written\n", "/srv/a/run": b"#!/bin/sh\necho ran\n"})

        assert engine.exec(standing, ["cat", "/srv/a/b/note"], timeout=20).stdout == "written\n"
        assert engine.exec(standing, ["/srv/a/run"], timeout=20).stdout == "ran\n"

    def test_folders_that_are_there_keep_their_modes(self, engine, standing):
        engine.put(standing, {"/tmp/note": b""})

        assert engine.exec(standing, ["stat", "-c", "%a", "/tmp"], timeout=20).stdout == "1777\n"

    def test_files_are_there_when_the_command_starts(self, engine, network, labels, spec):
        engine.ensure_network(network, labels)
        script = replace(
            spec, command=("/run-me",), files={"/run-me": b"#!/bin/sh\necho started\nexec sleep infinity\n"}
        )
        engine.ensure(script, network, labels)
        deadline = time.monotonic() + 10
        while not engine.logs(spec.name) and time.monotonic() < deadline:
            time.sleep(0.1)

        assert engine.logs(spec.name) == "started\n"

    def test_a_guest_is_made_again_when_its_host_restarted(self, engine, standing, network, labels, guest):
        engine.ensure(guest, network, labels)
        engine.client.api.restart(standing, timeout=0)

        assert engine.ensure(guest, network, labels) is True
        assert engine.ensure(guest, network, labels) is False

    def test_the_bridge_is_named_and_does_not_masquerade(self, engine, network, labels):
        engine.ensure_network(network, labels)
        options = engine.client.networks.get(network.name).attrs["Options"]

        assert options["com.docker.network.bridge.name"] == network.bridge
        assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"
