"""What pods do with raw frames and by IPv6. The wall itself is tried in tests/docker/test_wall.py."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from lab.host.clock import SystemClock, wait_until
from tests.kind.conftest import ROOT, docker, lab
from tests.kind.test_mending import kubectl

pytestmark = pytest.mark.kind

FRAME = (ROOT / "tests/docker/frame.py").read_text()
PODS = """
apiVersion: v1
kind: Pod
metadata: {name: six}
spec:
  nodeSelector: {kubernetes.io/hostname: localnode-2}
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: airgap-lab/probe:latest, command: [sleep, infinity]}]
---
apiVersion: v1
kind: Pod
metadata: {name: host-net}
spec:
  hostNetwork: true
  nodeSelector: {kubernetes.io/hostname: localnode-3}
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: airgap-lab/probe:latest, command: [sleep, infinity]}]
"""
FIFTY = """
import socket
said = set()
for number in range(1, 51):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as link:
        link.settimeout(2)
        link.connect((f"2001:db8:50::{number:x}", 5000))
        link.send(b"x")
        try:
            link.recv(1)
        except OSError as error:
            said.add(type(error).__name__)
print(*said)
"""


@pytest.fixture(scope="module")
def pods(name: str) -> Iterator[str]:
    assert lab("images", "push", "airgap-lab/probe:latest", "--name", name).returncode == 0
    kubectl(name, "apply", "-f", "-", stdin=PODS)
    kubectl(name, "wait", "--for=condition=Ready", "pod/six", "pod/host-net", "--timeout=50s")
    yield name
    kubectl(name, "delete", "pod", "six", "host-net", "--now", "--ignore-not-found")


def test_by_ipv6_a_pod_is_refused_at_once_and_every_attempt_is_recorded(pods: str) -> None:
    addresses = kubectl(pods, "get", "pod", "six", "-o", "jsonpath={.status.podIPs[*].ip}")
    refused = kubectl(pods, "exec", "-i", "six", "--", "python3", "-", stdin=FIFTY)

    assert addresses.startswith("10.233.")
    assert " " not in addresses
    assert refused == "PermissionError"

    def absent() -> str | None:
        rows = [row["what"] for row in _rows(pods) if row["what"].startswith("[2001:db8:50::")]
        return None if len(set(rows)) == 50 else f"{len(set(rows))} of 50"

    wait_until("attempts by IPv6", absent, clock=SystemClock(), timeout=15)


def test_a_forged_source_of_a_pod_in_its_nodes_network_is_listed_as_that(pods: str) -> None:
    bridge = docker(
        *("network", "inspect", "-f", '{{index .Options "com.docker.network.bridge.name"}}', pods)
    )[-1]
    to = docker("exec", f"{pods}-seal", "cat", f"/sys/class/net/{bridge}/address")[-1]
    links = json.loads(
        "".join(docker("exec", f"{pods}-worker2", "ip", "-j", "-4", "route", "show", "default"))
    )
    arguments = [links[0]["dev"], "203.0.113.193", "198.51.100.193", "udp", "4444", "53", "64", to]

    kubectl(pods, "exec", "-i", "host-net", "--", "python3", "-", *arguments, stdin=FRAME)

    def absent() -> str | None:
        rows = [row for row in _rows(pods) if row["what"] == "198.51.100.193:53/udp"]
        return None if rows and "spoofed" in json.dumps(rows) and not rows[0]["leaked"] else f"{rows}"

    wait_until("the forged source", absent, clock=SystemClock(), timeout=15)


def _rows(name: str) -> list[dict[str, object]]:
    return json.loads(lab("egress", "--name", name, "--json").stdout)["entries"]
