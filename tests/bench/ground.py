"""A lab and a plain kind cluster of the measurements' own, gone when the measurement is over."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from lab.cli import wiring
from lab.host.lab import Lab
from lab.spec import clusterfiles
from tests.bench.row import run, timed

LAB, SUBNET = "bench", "10.142.21.0/24"
KIND, KIND_SUBNET = "benchkind", "10.142.22.0/24"
PLAIN_NETWORK = "com.docker.network.bridge.enable_ip_masquerade=false"


def lab(*arguments: str) -> str:
    return run(sys.executable, "-m", "lab", *arguments)


def lab_up() -> None:
    lab("up", "--name", LAB, "--subnet", SUBNET)


def lab_down() -> None:
    lab("down", "--name", LAB)


@contextmanager
def lab_of_own() -> Iterator[Lab]:
    lab_down()
    try:
        lab_up()
        yield wiring.wired(LAB, None)
    finally:
        lab_down()


@contextmanager
def kind_network() -> Iterator[None]:
    """kind's network, on a subnet of our own; a cluster left there by a run that was killed goes first."""
    _remove_kind()
    run("docker", "network", "create", "--subnet", KIND_SUBNET, "-o", PLAIN_NETWORK, KIND)
    try:
        yield
    finally:
        _remove_kind()


def kind_up(configuration: str) -> float:
    """Create a plain cluster and wait for all of its nodes; return the seconds. It is deleted afterwards.

    The composed node image brings no pod network of kind's, and without one no node becomes Ready: a file does.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file, kubeconfig = folder / "kind.yaml", folder / "kubeconfig"
        file.write_text(configuration)
        env = {**os.environ, "KIND_EXPERIMENTAL_DOCKER_NETWORK": KIND}
        create = ("kind", "create", "cluster", "--name", KIND, "--config", str(file), "--wait", "0s")

        def whole() -> None:
            run(*create, "--kubeconfig", str(kubeconfig), env=env)
            for node in run("kind", "get", "nodes", "--name", KIND).split():
                conflist = clusterfiles.conflist("10.244.0.0/24")
                write = ("bash", "-c", 'printf %s "$0" >/etc/cni/net.d/10-plain.conflist', conflist)
                run("docker", "exec", node, *write)
            kubectl = ("docker", "exec", f"{KIND}-control-plane", "kubectl")
            wait = ("wait", "--for=condition=Ready", "nodes", "--all", "--timeout=180s")
            run(*kubectl, "--kubeconfig=/etc/kubernetes/admin.conf", *wait)

        try:
            return timed(whole)
        finally:
            run("kind", "delete", "cluster", "--name", KIND, "--kubeconfig", str(kubeconfig))


def plain_configuration(configuration: str) -> str:
    """Return the lab's own kind configuration without what is the lab's: its mounts and its resolver."""
    whole = yaml.safe_load(configuration)
    for node in whole["nodes"]:
        node.pop("extraMounts")
        node.pop("kubeadmConfigPatches")
    kubelet = yaml.safe_load(whole["kubeadmConfigPatches"][0])
    kubelet.pop("resolvConf")
    whole["kubeadmConfigPatches"] = [yaml.safe_dump(kubelet)]
    return str(yaml.safe_dump(whole, sort_keys=False))


def pause(seconds: float = 2) -> None:
    """Let the engine and the disk finish what they were left with, so that it is nobody's cost."""
    run("sync")
    time.sleep(seconds)


def _remove_kind() -> None:
    run("kind", "delete", "cluster", "--name", KIND)
    if KIND in run("docker", "network", "ls", "--format", "{{.Name}}").split():
        run("docker", "network", "rm", KIND)
