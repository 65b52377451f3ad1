"""Containerd itself: each name that is taken as a mirror is asked for at the lab's registry, by its prefix."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from lab.builds.pull import hosts_toml
from lab.host.engine import DockerContainers
from lab.spec.registries import prefix
from tests.unit.spec.test_registries import SOUND

pytestmark = pytest.mark.docker

NAME = f"t{os.getpid()}"
REGISTRY, NODE = f"{NAME}-registry", f"{NAME}-node"
URL = "http://127.0.0.1:5000"
NOTED = """\
import http.server, sys
class Noted(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.path, flush=True)
        self.send_error(404)
    do_HEAD = do_GET
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", 5000), Noted).serve_forever()
"""
READY = "containerd >/dev/null 2>&1 & for _ in $(seq 100); do crictl version >/dev/null 2>&1 && exit; sleep 0.1; done; exit 1"
UNREAD = [("Quay.test", "quay.test"), ("quay.test.", "quay.test"), ("plain", "plain"), ("index.docker.io", "index.docker.io")]  # fmt: skip
"""Folders of names that are not taken, and by which name an image would have to be pulled through them."""


def docker(*argv: str, timeout: float = 60) -> str:
    return subprocess.run(
        ["docker", *argv], capture_output=True, text=True, check=True, timeout=timeout
    ).stdout


@pytest.fixture(scope="module")
def node() -> Iterator[None]:
    """Containerd of the node image, in a network of its own where something notes all that it asks for."""
    try:
        seal = ("--network=none", "airgap-lab/seal:latest", "python3", "-c", NOTED)
        docker("run", "-d", "--rm", "--name", REGISTRY, *seal)
        own = (f"--network=container:{REGISTRY}", "--tmpfs=/var/lib/containerd", "--entrypoint=sleep")
        docker("run", "-d", "--rm", "--name", NODE, "--privileged", *own, "airgap-lab/node:latest", "300")
        folders = [*SOUND, *(folder for folder, _ in UNREAD)]
        files = {
            f"/etc/containerd/certs.d/{one}/hosts.toml": hosts_toml(one, URL).encode() for one in folders
        }
        DockerContainers().put(NODE, files)
        docker("exec", NODE, "bash", "-c", READY)
        yield
    finally:
        docker("rm", "-f", NODE, REGISTRY)


def asked_for(image: str) -> list[str]:
    """Pull, and return what the registry was asked for: it has nothing, so the pull fails."""
    before = len(docker("logs", REGISTRY).splitlines())
    pulled = subprocess.run(
        ["docker", "exec", NODE, "timeout", "10", "crictl", "pull", image],
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert pulled.returncode != 0
    return docker("logs", REGISTRY).splitlines()[before:]


@pytest.mark.parametrize("registry", SOUND)
def test_a_pull_by_a_mirrors_name_comes_to_its_place(node, registry):
    asked = asked_for(f"{registry}/a/b:1")

    assert asked != []
    assert {path.partition("?")[0] for path in asked} == {f"/v2/{prefix(registry)}/a/b/manifests/1"}


@pytest.mark.parametrize(("folder", "registry"), UNREAD)
def test_what_is_refused_would_have_been_read_by_no_pull(node, folder, registry):
    asked = asked_for(f"{registry}/a/b:1")

    assert [path for path in asked if path.startswith(f"/v2/{prefix(folder)}/")] == []
