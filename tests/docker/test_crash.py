"""What a crash half way leaves behind goes with `lab down`; its record may be another version's."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from lab.components.network import Network
from lab.components.seal import Wall
from lab.host import Host
from lab.host.clock import SystemClock, wait_until
from lab.host.engine import DockerContainers
from lab.host.shell import LocalShell
from lab.spec import ruleset
from lab.spec.config import LabConfig
from lab.spec.plan import plan

pytestmark = pytest.mark.docker

ROOT = Path(__file__).parents[2]
NAME = f"t-{os.getpid()}"
LAB = plan(LabConfig(name=NAME, subnet=IPv4Network("10.142.79.0/24")))


@pytest.fixture
def host():
    host = Host(LocalShell(), DockerContainers(), SystemClock())
    yield host
    Wall(LAB, host).down()
    host.containers.sweep(LAB.labels)
    host.containers.client.close()


@pytest.fixture
def wall_stands(host):
    """Ask the engine's own network namespace, through a container that is nobody's."""

    def ask():
        asked = replace(LAB.seal, name=f"{NAME}-asks", volumes={})
        host.containers.ensure(asked, LAB.network, {"airgap-lab.test": NAME})
        table = ["nft", "list", "table", "inet", ruleset.wall_table(NAME)]
        done = host.containers.exec(asked.name, table, timeout=10)
        host.containers.remove(asked.name)
        return done.ok

    return ask


def lab(*argv, state):
    return subprocess.run(
        [sys.executable, "-m", "lab", *argv, "--name", NAME],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "XDG_STATE_HOME": str(state)},
    )


@pytest.mark.parametrize("left", ["everything", "no gatekeeper", "a stopped gatekeeper", "another's record"])
def test_nothing_stays(host, wall_stands, tmp_path, left):
    topology = LAB
    if left == "another's record":
        topology = replace(
            LAB, network=replace(LAB.network, record='{"name": "x", "from": "another version"}')
        )
    Network(topology, host).up()
    host.containers.ensure(LAB.seal, LAB.network, LAB.labels)
    Wall(LAB, host).up()
    host.containers.ensure(LAB.site, LAB.network, LAB.labels)
    host.containers.ensure(LAB.nfs, LAB.network, LAB.labels)
    if left == "no gatekeeper":
        host.containers.remove(LAB.seal.name)
    if left == "a stopped gatekeeper":
        host.containers.client.api.kill(LAB.seal.name)
    assert wall_stands()

    done = lab("down", state=tmp_path)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.endswith(f"lab {NAME!r} is gone\n")
    assert not wall_stands()
    assert host.containers.seen(LAB.labels) == []
    assert host.containers.network_labels(NAME) is None
    assert host.containers.client.volumes.list(filters={"label": f"airgap-lab.name={NAME}"}) == []
    assert list((tmp_path / "airgap-lab").iterdir()) == []


def test_where_nothing_stands_nothing_is_left_either(host, tmp_path):
    done = lab("down", state=tmp_path)

    assert done.returncode == 0, done.stderr
    assert host.containers.seen(LAB.labels) == []


def test_with_a_strangers_container_on_the_network_the_wall_stays(host, wall_stands, tmp_path):
    stranger = replace(LAB.site, name=f"{NAME}-stranger", role="stranger", address=None)
    host.containers.ensure(LAB.seal, LAB.network, LAB.labels)
    Wall(LAB, host).up()
    Network(LAB, host).up()
    host.containers.ensure(LAB.site, LAB.network, LAB.labels)
    host.containers.ensure(stranger, LAB.network, {"airgap-lab.test": NAME})
    try:
        kept = lab("down", state=tmp_path)
        stands = wall_stands()
    finally:
        host.containers.remove(stranger.name)
    gone = lab("down", state=tmp_path)

    assert (kept.returncode, stands) == (3, True)
    assert f"`docker network disconnect {NAME} {stranger.name}`" in kept.stderr
    assert f"wall: it stays as long as {stranger.name} is on the network" in kept.stderr
    assert (gone.returncode, wall_stands()) == (0, False)
    assert host.containers.network_labels(NAME) is None


@pytest.mark.parametrize("victim", ["lab.parts.watcher", "lab.parts.collector", "bash"])
def test_whichever_process_of_the_gatekeeper_dies_the_engine_is_not_held_up(host, victim):
    """In the host's process namespace one that stays behind would keep the container locked for ever."""
    seal = LAB.seal.name
    host.containers.ensure_network(LAB.network, LAB.labels)
    host.containers.ensure(LAB.seal, LAB.network, LAB.labels)
    ((first, container),) = (
        (one.pid, one.id) for one in host.containers.seen(LAB.labels) if one.name == seal
    )
    family = f"pgrep -P {first} -f {victim}" if victim != "bash" else f"echo {first}"
    wait_until(
        victim,
        lambda: None if host.containers.exec(seal, ["sh", "-c", family], timeout=10).ok else "not there",
        clock=host.clock,
        timeout=10,
    )

    # Where it is the first process, its end is that of this command as well.
    LocalShell().run(["docker", "exec", seal, "sh", "-c", f"kill -9 $({family})"], timeout=10)

    def stands() -> str | None:
        seen = LocalShell().run(["docker", "inspect", "--format", "{{.State.Running}}", seal], timeout=10)
        return None if seen.stdout.strip() == "false" else f"running: {seen.output}"

    wait_until("the gatekeeper's end", stands, clock=host.clock, timeout=20)
    assert [pid for pid in Path("/proc").glob("[0-9]*") if _is_of(pid, container)] == []


def _is_of(pid, container):
    try:
        return container in (pid / "cgroup").read_text()
    except OSError:
        return False
