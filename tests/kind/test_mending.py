"""What happens to a standing lab from outside, and what `lab up` makes of it: nothing in the cluster is lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from lab.host.clock import SystemClock, wait_until
from tests.kind.conftest import ROOT, docker, lab

pytestmark = pytest.mark.kind

NODES = ("control-plane", "worker", "worker2")
SLOWEST_MS = 500
"""For a namespace to be sealed again, on a machine that does other work: 20 to 90 ms are usual."""

LEAVER = """
[Unit]
DefaultDependencies=no
[Service]
ExecStart=bash -c 'while :; do (echo > /dev/udp/198.51.100.9/53; echo > /dev/tcp/198.51.100.9/443); sleep 0.02; done'
[Install]
WantedBy=sysinit.target
"""
"""Tries to leave from the first moment of a node, fifty times a second."""


def kubectl(name: str, *arguments: str, stdin: str | None = None) -> str:
    argv = ["docker", "exec", "-i", f"{name}-workstation", "kubectl", *arguments]
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout.strip() or done.stderr.strip()


def shell(container: str, script: str) -> str:
    return "\n".join(docker("exec", container, "bash", "-c", script))


def address(name: str, node: str) -> str:
    form = f"{{{{(index .NetworkSettings.Networks {json.dumps(name)}).IPAddress}}}}"
    return docker("inspect", "-f", form, f"{name}-{node}")[-1]


def identities(name: str) -> str:
    return kubectl(
        name, "get", "configmap/mine", "deployment/mine", "-o", "jsonpath={.items[*].metadata.uid}"
    )


@pytest.fixture(scope="module")
def objects(name: str) -> Iterator[str]:
    """Make objects of the user's; their identities are others when they are made again."""
    kubectl(name, "create", "configmap", "mine", "--from-literal=a=b")
    kubectl(
        name, "create", "deployment", "mine", "--image=airgap-lab/probe:latest", "--", "sleep", "infinity"
    )
    made = identities(name)
    assert len(made.split()) == 2, made
    yield made
    kubectl(name, "delete", "configmap/mine", "deployment/mine", "--ignore-not-found")


def not_ready(name: str) -> dict[str, str]:
    told = json.loads(lab("status", "--name", name, "--json").stdout)
    return {one["part"]: one["problem"] for one in told if not one["ready"]}


def test_what_is_in_the_cluster_stays(name: str, objects: str) -> None:
    docker("restart", "-t", "1", f"{name}-control-plane")
    docker("stop", "-t", "1", f"{name}-worker")

    mended = lab("up", "--name", name)

    assert mended.returncode == 0, mended.stderr
    assert identities(name) == objects
    assert not_ready(name) == {}


def test_lab_up_that_is_killed_at_any_moment_goes_on_the_next_time(name: str, objects: str) -> None:
    docker("kill", *(f"{name}-{node}" for node in NODES))
    for seconds in (0.7, 3.0):
        first = subprocess.Popen(
            [sys.executable, "-m", "lab", "up", "--name", name],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(seconds)
        first.send_signal(signal.SIGKILL)
        first.wait(timeout=10)

    mended = lab("up", "--name", name)

    assert mended.returncode == 0, mended.stderr
    assert identities(name) == objects
    assert not_ready(name) == {}


def test_what_was_changed_is_told_and_mended(name: str, objects: str) -> None:
    one, other = address(name, "worker"), address(name, "worker2")
    settings = kubectl(name, "-n", "kube-system", "get", "configmap", "coredns", "-o", "json")
    kubectl(name, "replace", "-f", "-", stdin=settings.replace("rewrite edns0 local", "# "))
    shell(f"{name}-control-plane", f"ip route del $(ip route show | grep -o '10.233.[0-9.]*/24 via {one}')")
    shell(f"{name}-workstation", "echo nameserver 127.0.0.11 > /etc/resolv.conf")
    pid = docker("inspect", "-f", "{{.State.Pid}}", f"{name}-worker2")[-1]
    nft = ("docker", "exec", f"{name}-seal", "nsenter", "-t", pid, "-n", "nft")
    subprocess.run([*nft, "add element inet airgap_lab inside { 198.51.100.7 }"], check=True, timeout=30)
    told = not_ready(name)
    for part in (*NODES[1:], "workstation"):
        docker("network", "disconnect", name, f"{name}-{part}")
    for node, wrong in (("worker", other), ("worker2", one)):
        docker("network", "connect", "--ip", wrong, name, f"{name}-{node}")
    swapped = not_ready(name)

    mended = lab("up", "--name", name)

    assert "CoreDNS has other settings" in told["cluster"]
    assert "localnode-1 has no route to the pods of another node" in told["pod network"]
    assert f"{name}-workstation asks another resolver" in told["names"]
    assert "localnode-3: its ruleset was changed: elements of inside: 198.51.100.7" in told["seal"]
    assert f"localnode-2 joined as {one} and has {other} now" in swapped["cluster"]
    assert "workstation" in swapped
    assert mended.returncode == 0, mended.stderr
    assert (address(name, "worker"), address(name, "worker2")) == (one, other)
    assert identities(name) == objects
    assert not_ready(name) == {}


@pytest.fixture
def leavers(name: str) -> Iterator[None]:
    """Have every node try to leave as soon as it starts."""
    place = "/etc/systemd/system/leaver.service"
    for node in NODES:
        shell(
            f"{name}-{node}", f"echo '{LEAVER.replace(chr(39), chr(34))}' > {place}; systemctl enable leaver"
        )
    yield
    for node in NODES:
        shell(f"{name}-{node}", f"systemctl disable --now leaver; rm {place}")


@pytest.mark.parametrize("part", [*NODES, "workstation"])
def test_what_restarts_is_sealed_again_at_once(name: str, objects: str, leavers: None, part: str) -> None:
    """Without any command of the lab's; its routes and its resolver are back as well, and nothing has left."""
    container = f"{name}-{part}"
    since = docker("exec", f"{name}-seal", "date", "+%s")[-1]
    docker("restart", "-t", "1", container)
    told: list[dict[str, object]] = []

    def unsealed() -> str | None:
        lines = docker("logs", "--since", since, f"{name}-seal")
        told[:] = [json.loads(line) for line in lines if '"sealed_ms"' in line]
        return None if told else "the watcher said nothing"

    wait_until("watcher", unsealed, clock=SystemClock(), timeout=10)
    resolver = "\n".join(docker("exec", container, "cat", "/etc/resolv.conf"))
    routes = shell(container, "ip route")

    assert int(str(told[0]["sealed_ms"])) < SLOWEST_MS
    assert "nameserver 10.142.18.191" in resolver
    assert routes.count("10.233.") >= 2
    wait_until("lab", lambda: str(not_ready(name) or "") or None, clock=SystemClock(), timeout=60)
