"""The real lab, once for all tests that ask for it; and what this host looked like before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.cli import ground, wiring
from lab.errors import LabError

ROOT = Path(__file__).resolve().parents[2]
UP_SECONDS = 900
NAME = f"t{os.getpid()}"
"""Of the lab that these tests bring up."""


def lab(
    *arguments: str, timeout: float = UP_SECONDS, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "lab", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env={**os.environ, **(env or {})},
    )


def docker(*arguments: str) -> list[str]:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=60, check=True)
    return sorted(done.stdout.split("\n"))


def host_snapshot() -> dict[str, object]:
    """What `lab down` must leave as it was. Nobody else may make or remove containers meanwhile."""

    def said(*argv: str) -> str:
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False).stdout

    return {
        "containers": docker("ps", "-a", "--format", "{{.Names}}"),
        "networks": docker("network", "ls", "--format", "{{.Name}}"),
        "volumes": docker("volume", "ls", "-q"),
        "links": sorted(
            one["ifname"]
            for one in json.loads(said("ip", "-j", "link"))
            if not one["ifname"].startswith("veth")  # they come and go with anybody's containers
        ),
        "tables": said("nft", "list", "tables") if shutil.which("nft") else "",
        "rules": sorted(line for line in said("iptables-save").splitlines() if line.startswith("-A")),
        "mounts": sorted(
            line.split()[1]
            for line in Path("/proc/mounts").read_text().splitlines()
            if "/var/lib/docker" not in line and "/run/docker" not in line
        ),
        "resolver": Path("/etc/resolv.conf").read_text(),
        "kubeconfig": (Path.home() / ".kube/config").read_text()
        if (Path.home() / ".kube/config").exists()
        else None,
        "contexts": docker("context", "ls", "--format", "{{.Name}}"),
    }


def engine_answers() -> bool:
    return (
        shutil.which("docker") is not None
        and subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """End before the first test, not at the first that waits for it, where the document's subnet is not free.

    The real lab needs that one: the document's commands name its addresses.
    """
    if any(item.get_closest_marker("kind") for item in session.items) and engine_answers():
        try:
            ground.subnet_is_free(wiring.wired(NAME, None))
        except LabError as error:
            pytest.exit(str(error), returncode=3)


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    if not engine_answers():
        if os.environ.get("CI"):
            pytest.fail("no container engine answers, and this is CI")
        pytest.skip("no container engine answers; `lab doctor` says why")


@pytest.fixture(scope="session")
def before(engine: None) -> dict[str, object]:
    return host_snapshot()


@pytest.fixture(scope="session")
def name(before: dict[str, object], request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a lab that is up; on the document's own subnet, so that its addresses are true."""
    done = lab("up", "--name", NAME)
    assert done.returncode == 0, done.stderr
    yield NAME
    if not request.config.getoption("--keep-lab"):
        gone = lab("down", "--name", NAME)
        assert gone.returncode == 0, gone.stderr
        assert before == host_snapshot()
        assert {path.name for path in wiring.state_folder(NAME).glob("*")} <= {"runs"}
