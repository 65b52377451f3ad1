"""The lab's reading of /etc/exports against nfs-utils' own `exportfs`, file by file, client by client."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import uuid
from collections.abc import Iterator

import pytest

from lab.parts.exports.entries import in_order
from lab.parts.exports.reading import read
from tests import exports_corpus as corpus

SERVER = "airgap-lab/nfs:latest"
EVERY = """
import json, os, subprocess, sys
for path in json.load(sys.stdin):
    os.makedirs(path.encode("utf-8", "surrogateescape"), exist_ok=True)
made = {}
for name in sorted(os.listdir("/corpus")):
    with open(f"/corpus/{name}", "rb") as given, open("/etc/exports", "wb") as exports:
        exports.write(given.read())
    subprocess.run(["exportfs", "-ua"], capture_output=True)
    ran = subprocess.run(["exportfs", "-ra"], capture_output=True)
    with open("/var/lib/nfs/etab", "rb") as etab:
        made[name] = etab.read().decode("latin-1"), ran.stderr.decode("latin-1")
json.dump(made, sys.stdout)
"""

pytestmark = pytest.mark.docker


def docker(*argv: str, stdin: bytes | None = None) -> bytes:
    ran = subprocess.run(["docker", *argv], input=stdin, capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, f"{argv}: {ran.stderr.decode()}"
    return ran.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    name = f"exports-test-{uuid.uuid4().hex[:8]}"
    hosts = [f"--add-host={host}:{address}" for host, address in corpus.HOSTS.items()]
    docker(
        "run", "--detach", "--network=none", "--name", name, *hosts, "--entrypoint=sleep", SERVER, "infinity"
    )
    yield name
    docker("rm", "--force", "--volumes", name)


def exported(server: str, files: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Return what `exportfs` makes of each file, and what it says."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"corpus/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    docker("exec", server, "rm", "-rf", "/corpus")
    docker("cp", "-", f"{server}:/", stdin=packed.getvalue())
    folders = {entry.path for content in files.values() for entry in read(content).entries}
    given = json.dumps(sorted(one for one in folders if one.startswith("/"))).encode()
    return json.loads(docker("exec", "--interactive", server, "python3", "-c", EVERY, stdin=given))


def different(content: bytes, etab: str, said: str) -> str | None:
    """Return in what the lab's reading differs from the table: a client, a right, or the order of a path's."""
    real = [corpus.of_etab(line) for line in etab.encode("latin-1").splitlines()]
    resolved = (
        entry
        for entry in in_order(read(content).entries)
        if f"exportfs: Failed to resolve {entry.client}" not in said.splitlines()
    )
    ours = [corpus.of_entry(entry) for entry in resolved]
    if sorted(path for path, *_ in ours) != sorted(path for path, *_ in real):
        return f"{content!r}: {ours} instead of {real}"
    for path in {path for path, *_ in ours}:
        of_path = [[one for one in listed if one[0] == path] for listed in (ours, real)]
        if of_path[0] != of_path[1]:
            return f"{content!r}: {of_path[0]} instead of {of_path[1]}"
    return None


def test_the_hand_made_files_are_read_as_nfs_utils_reads_them(server: str):
    files = {file.name: file.read_bytes() for file in corpus.CORPUS.glob("*.exports")}
    made = exported(server, files)

    assert len(files) >= 130
    assert {name for name in files if different(files[name], *made[name])} == {
        f"{name}.exports" for name in corpus.REFUSED_HERE_ONLY
    }
    recorded = {name: corpus.CORPUS.joinpath(name).with_suffix(".etab").read_bytes() for name in files}
    assert {name: etab.encode("latin-1") for name, (etab, _) in made.items()} == recorded


def test_the_generated_files_are_read_as_nfs_utils_reads_them(server: str):
    files = {f"{number:04}": content for number, content in enumerate(corpus.generated())}
    made = exported(server, files)

    assert [wrong for name in files if (wrong := different(files[name], *made[name]))] == []
    assert sum(bool(read(content).problems) for content in files.values()) > 50, "too few have a mistake"
    assert sum(bool(etab) for etab, _ in made.values()) > 200, "too few export anything"


def test_its_twin_finds_a_difference(server: str):
    (made,) = exported(server, {"one": b"/srv/a 10.142.18.21(rw) *(ro)\n"}).values()

    assert different(b"/srv/a 10.142.18.21(rw) *(ro)\n", *made) is None
    for other in (
        b"/srv/a 10.142.18.21(ro) *(ro)\n",
        b"/srv/a *(ro)\n",
        b"/srv/a 10.142.18.22(rw) *(ro)\n",
        b"/srv/b *(ro)\n",
    ):
        assert different(other, *made) is not None
