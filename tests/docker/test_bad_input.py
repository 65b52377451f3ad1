"""Bad moments that take a real engine: it stops half way, the disk is full, the user changes their mind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lab.components.part import Part
from lab.errors import NotReady
from lab.host import Host, exec_stream
from lab.host.clock import SystemClock
from lab.host.engine import DockerContainers
from lab.host.shell import LocalShell
from lab.spec.config import LabConfig
from lab.spec.plan import plan

pytestmark = pytest.mark.docker

ROOT = Path(__file__).resolve().parents[2]
ENGINE = "/var/run/docker.sock"
NAME = f"t{os.getpid()}"
UP = ("up", "--name", NAME, "--subnet", "10.142.78.0/24")


class StoppingEngine:
    """Forwards a Unix socket to the engine's, until the *count*th request that contains *sign*: then it is gone."""

    def __init__(self, path: Path, sign: bytes, count: int) -> None:
        self.path, self.sign, self.left = path, sign, count
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        self.open: list[socket.socket] = [self.listener]
        self.stopped = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while not self.stopped.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            engine = socket.socket(socket.AF_UNIX)
            engine.connect(ENGINE)
            self.open += [client, engine]
            for pair in ((client, engine), (engine, client)):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(65536):
                self.left -= self.sign in chunk
                if self.left <= 0:
                    self.stop()
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)

    def stop(self) -> None:
        self.stopped.set()
        self.path.unlink(missing_ok=True)
        for one in self.open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def stopping_engine(path: Path, *, sign: bytes, count: int) -> Iterator[dict[str, str]]:
    engine = StoppingEngine(path, sign, count)
    try:
        yield {"DOCKER_HOST": f"unix://{path}"}
    finally:
        engine.stop()


def lab(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab", *argv]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=120, check=False
    )


def engines_things() -> list[str]:
    listed = [
        subprocess.run(
            ["docker", *what], capture_output=True, text=True, check=True, timeout=30
        ).stdout.split()
        for what in (
            ("ps", "-aq", "--filter", f"name={NAME}"),
            ("network", "ls", "-q", "--filter", f"name={NAME}"),
            ("volume", "ls", "-q", "--filter", f"name={NAME}"),
        )
    ]
    return [thing for things in listed for thing in things]


@pytest.fixture
def gone_afterwards(tmp_path):
    """A lab of this test's own, taken down whatever happens; it never has a cluster."""
    yield {"XDG_STATE_HOME": str(tmp_path / "state")}
    down = lab("down", "--name", NAME, XDG_STATE_HOME=str(tmp_path / "state"))
    assert down.returncode == 0, down.stderr
    assert engines_things() == []
    assert list((tmp_path / "state").rglob("lock")) == []


def said_plainly(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode == 3 and "Traceback" not in done.stderr and done.stdout == ""


def test_an_engine_that_stops_at_the_first_call(tmp_path):
    with stopping_engine(tmp_path / "engine.sock", sign=b" /", count=1) as env:
        done = lab("status", "--name", NAME, **env)

    assert said_plainly(done), done.stderr
    assert done.stderr.startswith(f"lab: no container engine answers at {env['DOCKER_HOST']} (")
    assert len(done.stderr.splitlines()) == 1


def test_an_engine_that_stops_while_the_lab_comes_up(tmp_path, gone_afterwards):
    with stopping_engine(tmp_path / "engine.sock", sign=b"/containers/create", count=3) as env:
        done = lab(*UP, **env, **gone_afterwards)

    assert said_plainly(done), done.stderr
    *ready, error, advice = done.stderr.splitlines()
    assert any(line.split()[:2] == ["network", "ready"] for line in ready)
    assert "the container engine stopped answering" in error
    assert "`lab doctor` says why" in error
    assert "`lab up` again goes on, `lab down` removes" in advice
    assert engines_things() != [], "what came up stays, for `lab up` to go on with"


def test_changing_ones_mind_while_the_lab_comes_up(tmp_path, gone_afterwards):
    up = subprocess.Popen(
        ["env", "--default-signal=INT", sys.executable, "-m", "lab", *UP],  # deaf to it in the background
        cwd=ROOT,
        env={**os.environ, **gone_afterwards},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert up.stderr is not None
    said = [next(line for line in up.stderr if line.split()[:2] == ["network", "ready"])]
    up.send_signal(signal.SIGINT)
    out, rest = up.communicate(timeout=30)

    assert (up.returncode, out) == (130, "")
    assert "Traceback" not in rest, [*said, rest]
    assert rest.splitlines()[-2:] == ["`lab up` again goes on, `lab down` removes", "lab: interrupted"]


@pytest.fixture
def tiny(tmp_path):
    """A folder on a disk of one megabyte."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    folder = tmp_path / "tiny"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True, timeout=10)
    yield folder
    subprocess.run(["umount", folder], check=True, timeout=10)


def test_a_disk_that_fills_up_while_an_archive_is_loaded(tmp_path, tiny):
    archive = tmp_path / "seal.tar"
    subprocess.run(["docker", "save", "-o", archive, "airgap-lab/seal:latest"], check=True, timeout=60)

    done = lab("images", "load", str(archive), XDG_CACHE_HOME=str(tiny))

    store = tiny / "airgap-lab" / "oci"
    assert said_plainly(done), done.stderr
    said = rf"lab: {archive}: blobs/sha256/\w+ has \d+ MB, and the disk of the image store \({store}\) has \d+ MB for it\n"
    assert re.fullmatch(said, done.stderr), done.stderr
    assert [file for file in tiny.rglob("*") if file.is_file()] == []


def test_a_full_disk_under_the_state_folder_is_found_before_anything_is_made(tiny):
    with suppress(OSError), (tiny / "full").open("wb") as file:
        while file.write(b"x" * 65536):
            file.flush()

    done = lab(*UP, XDG_STATE_HOME=str(tiny))

    assert said_plainly(done), done.stderr
    assert "No space left on device" in done.stderr
    assert engines_things() == []


@pytest.fixture
def container():
    argv = [
        "docker",
        "run",
        "-d",
        "--rm",
        "--name",
        f"{NAME}-exec",
        "--network=none",
        "airgap-lab/seal:latest",
        "sleep",
        "60",
    ]
    subprocess.run(argv, check=True, capture_output=True, timeout=30)
    yield f"{NAME}-exec"
    subprocess.run(["docker", "rm", "-f", f"{NAME}-exec"], check=True, capture_output=True, timeout=30)


def test_an_interrupted_command_ends_in_its_container_too_and_nothing_else_does(container, monkeypatch):
    def running() -> list[str]:
        listing = "for one in /proc/[0-9]*; do tr '\\0' ' ' < $one/cmdline; echo; done"
        done = subprocess.run(
            ["docker", "exec", container, "sh", "-c", listing],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return sorted(line.strip() for line in done.stdout.splitlines() if line.startswith("sleep"))

    def interrupted(*_, **__):
        deadline = time.monotonic() + 10
        while running() != ["sleep 33", "sleep 60"] and time.monotonic() < deadline:
            time.sleep(0.1)
        assert running() == ["sleep 33", "sleep 60"]
        raise KeyboardInterrupt

    monkeypatch.setattr(exec_stream, "_drain", interrupted)
    with pytest.raises(KeyboardInterrupt):
        DockerContainers().exec(container, ["bash", "-c", "sleep 33; true"], timeout=40)

    deadline = time.monotonic() + 10
    while running() != ["sleep 60"] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert running() == ["sleep 60"]


@pytest.fixture
def taken_port():
    """The site's network namespace, in which somebody else has the registry's port; and the lab it belongs to."""
    topology = plan(LabConfig(name=NAME, subnet="10.142.78.0/24"))
    host = Host(LocalShell(), DockerContainers(), SystemClock())
    host.containers.ensure_network(topology.network, topology.labels)
    host.containers.ensure(topology.site, topology.network, topology.labels)
    squatter = [
        "docker",
        "run",
        "-d",
        "--name",
        f"{NAME}-squatter",
        f"--network=container:{topology.site.name}",
    ]
    subprocess.run(
        [*squatter, "airgap-lab/seal:latest", "python3", "-m", "http.server", "5000"],
        check=True,
        capture_output=True,
        timeout=30,
    )
    yield topology, host
    subprocess.run(["docker", "rm", "-f", f"{NAME}-squatter"], check=True, capture_output=True, timeout=30)
    host.containers.sweep(topology.labels)
    assert engines_things() == []


def test_a_taken_registry_port_is_told_in_the_registrys_own_words(taken_port, monkeypatch):
    topology, host = taken_port
    monkeypatch.setattr("lab.components.part.READY_SECONDS", 4)
    registry = Part(topology, host, topology.registry, ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5000"))

    with pytest.raises(
        NotReady, match=r"^registry was not ready after .* it last said: .*5000: bind: address already in use"
    ):
        registry.up()


def test_the_fixture_itself_lets_everything_through(tmp_path):
    with stopping_engine(tmp_path / "engine.sock", sign=b"/containers/create", count=3) as env:
        done = subprocess.run(
            ["docker", "version", "--format", "{{json .Server.Version}}"],
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )

    assert json.loads(done.stdout)
