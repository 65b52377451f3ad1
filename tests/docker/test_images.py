"""The images themselves, each asked for what it promises. Bases, builds and a registry of this test's own."""

from __future__ import annotations

import gzip
import json
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lab.builds import bake
from lab.builds.push import push, registry
from lab.builds.store import gather, load_archive, open_store
from lab.host.shell import LocalShell

pytestmark = pytest.mark.docker

ROOT = Path(__file__).parents[2]
SHELL = LocalShell()
TARGETS = ("seal", "dns", "nginx-autoindex", "nfs", "registry")


def docker(*words: str, timeout: float = 120) -> str:
    return SHELL.run(["docker", *words], timeout=timeout).check().stdout.strip()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("LAB_TEST_CACHE") or tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def images(cache: Path) -> dict[str, str]:
    return dict(bake.build(SHELL, TARGETS, root=ROOT, cache=cache, say=print))


@pytest.fixture
def started(images: dict[str, str]) -> Iterator[object]:
    """A function that starts a container and returns its name and address; all go at the end."""
    names: list[str] = []

    def start(*words: str) -> tuple[str, str]:
        names.append(f"test-images-{uuid.uuid4().hex[:8]}")
        docker("run", "--detach", "--name", names[-1], *words)
        return names[-1], docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", names[-1])

    yield start
    if names:
        docker("rm", "--force", "--volumes", *names)


def answering(url: str, seconds: float = 20) -> httpx.Response:
    end = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def test_a_second_build_is_quick_and_makes_the_same(images: dict[str, str], cache: Path):
    said: list[str] = []
    start = time.monotonic()

    again = bake.build(SHELL, TARGETS, root=ROOT, cache=cache, say=said.append)

    assert again == images
    assert said == []
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("target", TARGETS)
def test_no_image_keeps_the_host_s_settings(images: dict[str, str], target: str):
    look = "cat /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/pip.conf /etc/apt/apt.conf.d/99host"
    there = docker(
        "run",
        "--rm",
        "--entrypoint",
        "sh",
        images[target],
        "-c",
        f"{look} 2>/dev/null; ls /run/secrets 2>/dev/null; true",
    )

    assert there == ""


def test_the_web_server_lists_serves_ranges_and_logs_json(started, images: dict[str, str]):
    name, address = started(images["nginx-autoindex"], "--restart=always")
    assert answering(f"http://{address}/").status_code == 200
    docker("exec", name, "sh", "-c", "echo hello > /usr/share/nginx/html/file.txt")

    assert "file.txt" in httpx.get(f"http://{address}/", trust_env=False).text
    part = httpx.get(f"http://{address}/file.txt", headers={"Range": "bytes=1-2"}, trust_env=False)
    gone = httpx.get(f"http://{address}/gone", headers={"Host": "yann.lecun.com"}, trust_env=False)

    assert (part.status_code, part.text, "etag" in part.headers) == (206, "el", True)
    assert gone.status_code == 404
    last = json.loads(docker("logs", name).splitlines()[-1])
    assert {"time", "remote", "method", "host", "uri", "status", "bytes", "agent"} == set(last)
    assert (last["host"], last["uri"], last["status"]) == ("yann.lecun.com", "/gone", 404)


def test_the_nfs_server_listens_and_says_what_it_exports(started, images: dict[str, str], tmp_path: Path):
    document = "/opt/nfs  *(rw,async,no_root_squash,no_subtree_check)\n"
    (tmp_path / "exports").write_text(f"{document}/srv/a *(rw,strange)\n")
    mounts = ["-v", "/opt/nfs", "-v", f"{tmp_path / 'exports'}:/etc/exports:ro"]
    name, _ = started("--cap-add", "DAC_READ_SEARCH", *mounts, images["nfs"])

    end = time.monotonic() + 20
    while ":0801 " not in docker("exec", name, "cat", "/proc/net/tcp", "/proc/net/tcp6"):  # 2049
        assert time.monotonic() < end, docker("logs", name)
        time.sleep(0.2)
    said = SHELL.run(["docker", "logs", name], timeout=30).output
    assert "exporting /opt/nfs to *" in said
    assert '/etc/exports:2: unknown keyword "strange"' in said
    assert "/srv/a to" not in said


def test_the_registry_takes_images_and_keeps_their_digests(started, images: dict[str, str], tmp_path: Path):
    _, address = started(images["registry"])
    assert answering(f"http://{address}:5000/v2/").status_code == 200
    store = open_store(tmp_path)
    names = ("airgap-lab/probe:latest", "jrelva/nginx-autoindex:latest")
    wanted = gather(store, SHELL, names, say=print)

    with registry(f"http://{address}:5000") as client:
        assert push(client, store, wanted) > 0
        assert push(client, store, wanted) == 0
        for reference, stored in wanted.items():
            manifest = client.get(
                f"/v2/{reference.path}/manifests/{reference.version}",
                headers={"Accept": stored.blob.media_type},
            )
            assert manifest.headers["Docker-Content-Digest"] == stored.digest


def test_what_docker_saved_is_read_back_with_the_same_config(images: dict[str, str], tmp_path: Path):
    docker("save", "--output", str(tmp_path / "a.tar"), "jrelva/nginx-autoindex:latest")
    packed = tmp_path / "a.tar.gz"
    packed.write_bytes(gzip.compress((tmp_path / "a.tar").read_bytes(), 1))

    assert load_archive(packed, cache=tmp_path) == ["docker.io/jrelva/nginx-autoindex:latest"]
    loaded = open_store(tmp_path).loaded("docker.io/jrelva/nginx-autoindex:latest")
    assert loaded is not None
    assert loaded.manifest.config.digest == images["nginx-autoindex"]
