"""Who the ledger names, and what it keeps, in the real lab."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.kind.conftest import docker, lab

pytestmark = pytest.mark.kind

NAMES = "short", "second", "guest"
PROBE = "airgap-lab/probe:latest"
TRIES = """
import socket
from pathlib import Path
servers = [line.split()[1] for line in Path("/etc/resolv.conf").read_text().splitlines() if line.startswith("nameserver")]
name = b"".join(bytes([len(part)]) + part.encode() for part in "NAME.outside.test".split("."))
query = b"\\1\\2\\1\\0\\0\\1\\0\\0\\0\\0\\0\\1" + name + b"\\0\\0\\1\\0\\1"
query += b"\\0\\0\\x29\\4\\xd0\\0\\0\\0\\0\\0\\x08\\xff\\xee\\0\\4" + socket.inet_aton("FORGED")
for server in (servers[0], "SITE"):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        one = socket.socket(socket.AF_INET, kind)
        one.settimeout(3)
        one.connect((server, 53))
        one.sendall(query if kind is socket.SOCK_DGRAM else len(query).to_bytes(2, "big") + query)
        one.recv(512)
for family, address in ((socket.AF_INET, "203.0.113.NUMBER"), (socket.AF_INET6, "2001:db8::NUMBER")):
    try:
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"x", (address, 4321))
    except OSError:
        pass
"""


def kubectl(name: str, command: str) -> str:
    return "\n".join(docker("exec", f"{name}-workstation", "bash", "-c", command))


def pod(name: str, number: int, site: str, forged: str) -> dict[str, Any]:
    code = TRIES
    for word, value in (("NAME", name), ("NUMBER", str(number)), ("SITE", site), ("FORGED", forged)):
        code = code.replace(word, value)
    host = name == "guest"
    container = {"name": "c", "image": PROBE, "command": ["python3", "-c", code]}
    spec = {
        "restartPolicy": "Never",
        "hostNetwork": host,
        "terminationGracePeriodSeconds": 0,
        "nodeName": "localnode-2",
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {**spec, "containers": [container]},
    }


def rows(name: str) -> list[dict[str, Any]]:
    return list(json.loads(lab("egress", "--name", name, "--json").stdout)["entries"])


@pytest.fixture(scope="module")
def tried(name: str) -> str:
    """Three pods, one after the other, each of which forges another's name; gone when the test begins."""
    assert lab("images", "push", PROBE, "--name", name).returncode == 0
    site = re.findall(r"nameserver (\S+)", kubectl(name, "cat /etc/resolv.conf"))[0]
    coredns = kubectl(
        name, "kubectl -n kube-system get pods -l k8s-app=kube-dns -o jsonpath='{.items[0].status.podIP}'"
    ).strip()
    for number, one in enumerate(NAMES, 1):
        text = json.dumps(pod(one, number, site, coredns))
        kubectl(
            name,
            f"kubectl apply -f - <<'POD'\n{text}\nPOD\n"
            f"kubectl wait pod/{one} --for=jsonpath='{{.status.phase}}'=Succeeded --timeout=60s >/dev/null"
            f" || kubectl logs {one}; kubectl delete pod/{one} --force --grace-period=0",
        )
    return name


def test_each_attempt_has_its_own_askers_name_whatever_it_forged(tried: str) -> None:
    found = {(row["what"], row["who"], row["infrastructure"]) for row in rows(tried)}

    for number, one in enumerate(NAMES, 1):
        who = "node localnode-2" if one == "guest" else f"pod default/{one}"
        assert {
            (f"{one}.outside.test", who, False),
            (f"203.0.113.{number}:4321/udp", who, False),
            (f"[2001:db8::{number}]:4321/udp", who, False),
        } <= found
        assert {by for what, by, _ in found if what == f"{one}.outside.test"} == {who}


def test_names_and_history_outlive_the_containers_that_wrote_them(tried: str) -> None:
    before = rows(tried)
    docker("rm", "-f", *(f"{tried}-{part}" for part in ("dns", "workstation", "seal", "web")))
    assert lab("up", "--name", tried).returncode == 0

    after = rows(tried)
    kept = {(row["who"], row["what"], row["first"]) for row in before}
    assert kept <= {(row["who"], row["what"], row["first"]) for row in after}
