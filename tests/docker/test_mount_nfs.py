"""The node's NFS client against the lab's NFS server: `mount -t nfs` as kubelet calls it.

The helper comes out of the node image and runs in a container of the server's image, which has Python and the
same Debian release.
"""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

NODE, SERVER = "airgap-lab/node:latest", "airgap-lab/nfs:latest"
HELPER = "/usr/sbin/mount.nfs"
LIBRARIES = ("/usr/lib/x86_64-linux-gnu/libfuse3.so.3", "/usr/lib/x86_64-linux-gnu/libnfs.so.13")
CHECKS = Path(__file__).with_name("fs_checks.py")

pytestmark = pytest.mark.docker


def docker(*argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *argv], input=stdin, capture_output=True, text=True, timeout=120, check=False
    )


def done(*argv: str) -> str:
    completed = docker(*argv)
    assert completed.returncode == 0, f"{argv}: {completed.stderr}"
    return completed.stdout.strip()


@pytest.fixture(scope="module")
def session() -> Iterator[str]:
    """A name for this run's containers, which go when it ends."""
    for image in (NODE, SERVER):
        if docker("image", "inspect", image).returncode != 0:
            pytest.skip(f"{image} is not built; `lab images build` makes it")
    name = f"mount-nfs-test-{uuid.uuid4().hex[:8]}"
    yield name
    for role in ("server", "client", "node"):
        docker("rm", "--force", "--volumes", f"{name}-{role}")


@pytest.fixture(scope="module")
def server(session: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a server that exports /opt/nfs."""
    exports = tmp_path_factory.mktemp("nfs") / "exports"
    exports.write_text("/opt/nfs *(rw,no_root_squash,sync)\n")
    name = f"{session}-server"
    done("create", "--name", name, "--cap-add=DAC_READ_SEARCH", "--volume=/opt/nfs", SERVER)
    done("cp", str(exports), f"{name}:/etc/exports")
    done("start", name)
    return done("inspect", "--format", "{{.NetworkSettings.IPAddress}}", name)


@pytest.fixture(scope="module")
def client(session: str, server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a container that has no more rights than mounting takes, and the node's helper."""
    folder = tmp_path_factory.mktemp("helper")
    name = f"{session}-client"
    done(
        "run", "--detach", "--name", name, "--cap-add=SYS_ADMIN", "--cap-add=MKNOD", "--device=/dev/fuse",
        "--security-opt=apparmor=unconfined", "--entrypoint=sleep", SERVER, "infinity",
    )  # fmt: skip
    done("create", "--name", f"{session}-node", NODE)
    for file in (HELPER, *LIBRARIES):
        local = folder / Path(file).name
        done("cp", "--follow-link", f"{session}-node:{file}", str(local))
        done("cp", str(local), f"{name}:{file}")
    done("exec", name, "mkdir", "--parents", "/a", "/b", "/c")
    return name


def mount(client: str, spec: str, place: str, options: str = "rw") -> subprocess.CompletedProcess[str]:
    return docker("exec", client, "mount", "-t", "nfs", "-o", options, spec, place)


@pytest.fixture(scope="module")
def mounted(client: str, server: str) -> Iterator[str]:
    """Return the client with the export on /a and /b."""
    deadline = time.monotonic() + 30
    while (first := mount(client, f"{server}:/opt/nfs", "/a")).returncode != 0:
        assert time.monotonic() < deadline, first.stderr
        time.sleep(0.3)
    second = mount(client, f"{server}:/opt/nfs", "/b", "rw,hard,vers=4,timeo=600")
    assert second.returncode == 0, second.stderr
    yield client
    for place in ("/a", "/b"):
        done("exec", client, "umount", place)
    assert docker("exec", client, "grep", "-c", "fuse.nfs", "/proc/mounts").stdout.strip() == "0"


def test_it_does_what_a_file_system_does(mounted: str):
    checked = docker("exec", "--interactive", mounted, "python3", "-", "/a", "/b", stdin=CHECKS.read_text())

    assert checked.returncode == 0, checked.stderr
    assert "OK" in checked.stderr.splitlines()[-1]
    assert "Ran 0 tests" not in checked.stderr


def test_what_is_done_on_the_server_itself_is_seen_soon(mounted: str, session: str):
    """As with the kernel's server; ganesha by itself believes for a minute what it knows."""
    on_server = ("exec", f"{session}-server", "sh", "-c")
    done(*on_server, "mkdir /opt/nfs/seen && echo one > /opt/nfs/seen/file")
    assert done("exec", mounted, "sh", "-c", "ls /a/seen; cat /a/seen/file") == "file\none"

    done(*on_server, "echo two and more > /opt/nfs/seen/file; echo > /opt/nfs/seen/other")

    deadline = time.monotonic() + 10
    while (
        seen := done("exec", mounted, "sh", "-c", "ls /a/seen; cat /a/seen/file")
    ) != "file\nother\ntwo and more":
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)
    done("exec", mounted, "rm", "-r", "/a/seen")


def test_it_is_a_mount_of_its_own(mounted: str, server: str):
    lines = [line.split() for line in done("exec", mounted, "cat", "/proc/mounts").splitlines()]

    assert [(spec, kind) for spec, place, kind, *_ in lines if place == "/a"] == [
        (f"{server}:/opt/nfs", "fuse.nfs")
    ]


def test_read_only_is_read_only(mounted: str, server: str):
    assert mount(mounted, f"{server}:/opt/nfs", "/c", "ro").returncode == 0
    written = docker("exec", mounted, "touch", "/c/file")
    done("exec", mounted, "umount", "/c")

    assert "Read-only file system" in written.stderr
    assert docker("exec", mounted, "touch", "/a/file").returncode == 0


@pytest.mark.parametrize(
    ("spec", "options", "said"),
    [
        ("{server}:/nothing", "rw", "no such export"),
        ("{server}:/opt/nfs", "rw,port=2050", "Connection refused"),
        ("{server}:/opt/nfs", "rw,vers=3", "vers"),
        ("no.such.host.invalid:/opt/nfs", "rw", "no.such.host.invalid"),
    ],
)
def test_what_cannot_be_mounted_says_why_and_is_not(
    mounted: str, server: str, spec: str, options: str, said: str
):
    """mount(8)'s exit code 32 is "mount failure": kubelet tries again on it."""
    tried = mount(mounted, spec.format(server=server), "/c", options)

    assert tried.returncode == 32
    assert said in tried.stderr
    assert docker("exec", mounted, "mountpoint", "--quiet", "/c").returncode != 0
