"""The workstation's own engine: started by the first command, keeps digests, and says what it does not do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.builds import writing
from lab.builds.store import load_archive, open_store
from lab.host.shell import Completed, LocalShell
from tests.unit.builds.archives import CONFIG, oci, sha, write_tar

pytestmark = pytest.mark.docker

IMAGE = "airgap-lab/workstation:latest"
NAME = "gcr.io/me/it:1"
SHELL = LocalShell()


def docker(*words: str) -> Completed:
    return SHELL.run(["docker", *words], timeout=120)


@pytest.fixture(scope="module")
def workstation() -> Iterator[str]:
    if not docker("image", "inspect", IMAGE).ok:
        pytest.skip(f"{IMAGE} is not built")
    name = f"lab-test-{uuid.uuid4().hex[:8]}"
    rights = ("--cap-add", "SYS_ADMIN", "--security-opt", "apparmor=unconfined")
    made = ("run", "--detach", "--name", name, "--network", "none", *rights)
    docker(*made, "--volume", "/var/lib/docker", IMAGE).check()
    yield name
    docker("rm", "--force", "--volumes", name).check()


def at(workstation: str, command: str) -> Completed:
    return docker("exec", workstation, "bash", "-c", command)


@pytest.mark.parametrize("command", ["run a", "create a", "build .", "container run a", "image build ."])
def test_what_would_run_something_is_refused_in_one_line(workstation: str, command: str) -> None:
    said = at(workstation, f"docker {command}")

    assert said.exit_code == 125
    assert said.output.startswith(
        "docker: this workstation's engine loads, keeps and pushes images; 'docker "
    )
    assert len(said.output.splitlines()) == 1


def test_two_first_commands_start_one_engine(workstation: str) -> None:
    at(
        workstation,
        "kill $(cat /run/docker.pid) 2>/dev/null; while [ -e /run/docker.pid ]; do sleep 0.1; done",
    )

    said = at(workstation, "docker images & docker images; wait; pgrep -c dockerd")

    assert said.ok, said.output
    assert [line.split()[0] for line in said.stdout.splitlines()] == ["REPOSITORY", "REPOSITORY", "1"]


def test_one_that_is_told_to_end_is_waited_for(workstation: str) -> None:
    at(workstation, "docker images")
    deaf = "while curl -sf -o /dev/null --unix-socket /run/docker.sock http://engine/_ping; do :; done"

    said = at(workstation, f"kill $(cat /run/docker.pid); {deaf}; docker images")

    assert said.ok, said.output


def test_one_that_was_killed_is_not_waited_for(workstation: str) -> None:
    at(workstation, "docker images")

    said = at(
        workstation, "kill -9 $(cat /run/docker.pid); sleep 60 & echo -n $! > /run/docker.pid; docker images"
    )

    assert said.ok, said.output


def test_what_is_loaded_keeps_its_digest(workstation: str, tmp_path: Path) -> None:
    layer = write_tar(tmp_path / "layer.tar", {"file": b"content"}).read_bytes()
    config = CONFIG.replace(
        b'{"type": "layers"}', b'{"type": "layers", "diff_ids": ["%s"]}' % sha(layer).encode()
    )
    load_archive(write_tar(tmp_path / "in.tar", oci(config, (layer,), NAME)), cache=tmp_path)
    archive = writing.write([NAME], "a.tar.xz", SHELL, cache=tmp_path, say=print)
    docker("cp", str(archive), f"{workstation}:/root/a.tar.xz").check()

    loaded = at(workstation, "cd /root && docker load<a.tar.xz && docker inspect --format '{{.Id}}' " + NAME)

    stored = open_store(tmp_path).loaded(NAME)
    assert stored is not None
    assert loaded.stdout.splitlines() == [f"Loaded image: {NAME}", stored.digest], loaded.output


def test_an_archive_that_was_cut_off_is_refused(workstation: str) -> None:
    said = at(workstation, "tar -c /usr/bin | xz -0 | head -c 100000 | docker load")

    assert not said.ok
    assert "Unexpected end of input" in said.output


def test_an_engine_that_does_not_start_says_why(workstation: str) -> None:
    stop = "kill $(cat /run/docker.pid); while [ -e /run/docker.pid ]; do sleep 0.1; done"
    said = at(workstation, f"{stop}; echo broken > /etc/docker/daemon.json; docker images")

    assert said.exit_code == 1
    assert said.output.startswith("docker: the workstation's engine ended at once: ")
    assert "daemon.json" in said.output
