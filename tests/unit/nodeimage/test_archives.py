"""The archive is read back as containerd reads it: from index.json, by descriptors."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.nodeimage.archives import component, write

REFERENCES = (
    "registry.k8s.io/kube-apiserver:v1.34.4",
    "registry.k8s.io/kube-proxy:v1.34.4",
    "registry.k8s.io/coredns/coredns:v1.12.1",
    "registry.k8s.io/pause:3.10.1",
    "registry.k8s.io/etcd:3.6.5-0",
)


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("kube-apiserver", "kube-proxy", "coredns", "etcd")}
    for name, file in made.items():
        file.write_text(f"I am {name}")
    return made


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    for name in ("pause", "proxy/usr/sbin/nft", "proxy/lib64/ld-linux-x86-64.so.2"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"I am {name}")
    return folder


@pytest.fixture
def archive(tmp_path: Path, programs: dict[str, Path], parts: Path) -> Path:
    made = tmp_path / "components.tar"
    write([component(name, programs, parts) for name in REFERENCES], made, architecture="amd64")
    return made


class Reader:
    def __init__(self, archive: Path) -> None:
        with tarfile.open(archive) as tar:
            self.files = {entry.name: tar.extractfile(entry).read() for entry in tar}
        self.index = json.loads(self.files["index.json"])

    def blob(self, descriptor: dict) -> bytes:
        raw = self.files["blobs/" + descriptor["digest"].replace(":", "/")]
        assert len(raw) == descriptor["size"]
        assert "sha256:" + hashlib.sha256(raw).hexdigest() == descriptor["digest"]
        return raw

    def image(self, reference: str) -> tuple[dict, dict[str, tarfile.TarInfo], dict[str, bytes]]:
        """Return config, entries and contents of the image with this name."""
        (found,) = [
            one
            for one in self.index["manifests"]
            if one["annotations"]["io.containerd.image.name"] == reference
        ]
        manifest = json.loads(self.blob(found))
        config = json.loads(self.blob(manifest["config"]))
        (layer,) = manifest["layers"]
        plain = gzip.decompress(self.blob(layer))
        assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(plain).hexdigest()]
        with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
            entries = {entry.name: entry for entry in tar}
            contents = {name: tar.extractfile(e).read() for name, e in entries.items() if e.isfile()}
        return config, entries, contents


def test_every_image_is_named_as_kubeadm_names_it(archive: Path):
    named = [one["annotations"]["io.containerd.image.name"] for one in Reader(archive).index["manifests"]]

    assert named == list(REFERENCES)


def test_every_image_says_its_platform(archive: Path):
    reader = Reader(archive)

    assert {json.dumps(one["platform"]) for one in reader.index["manifests"]} == {
        '{"os": "linux", "architecture": "amd64"}'
    }
    assert reader.image(REFERENCES[0])[0]["architecture"] == "amd64"


def test_a_program_called_by_name_is_on_the_path_and_may_run(archive: Path):
    config, entries, contents = Reader(archive).image("registry.k8s.io/etcd:3.6.5-0")

    assert contents == {"usr/local/bin/etcd": b"I am etcd"}
    assert entries["usr/local/bin/etcd"].mode == 0o755
    assert any(
        "/usr/local/bin" in setting.removeprefix("PATH=").split(":") for setting in config["config"]["Env"]
    )


def test_parents_come_before_what_they_hold(archive: Path):
    _, entries, _ = Reader(archive).image("registry.k8s.io/etcd:3.6.5-0")

    assert list(entries) == ["usr", "usr/local", "usr/local/bin", "usr/local/bin/etcd"]


def test_kube_proxy_has_nft_and_its_loader(archive: Path):
    _, _, contents = Reader(archive).image("registry.k8s.io/kube-proxy:v1.34.4")

    assert set(contents) == {"usr/local/bin/kube-proxy", "usr/sbin/nft", "lib64/ld-linux-x86-64.so.2"}


def test_no_other_image_has_nft(archive: Path):
    _, _, contents = Reader(archive).image("registry.k8s.io/kube-apiserver:v1.34.4")

    assert set(contents) == {"usr/local/bin/kube-apiserver"}


@pytest.mark.parametrize(
    ("reference", "entry"),
    [("registry.k8s.io/coredns/coredns:v1.12.1", "coredns"), ("registry.k8s.io/pause:3.10.1", "pause")],
)
def test_what_starts_by_entry_point_has_one(archive: Path, reference: str, entry: str):
    config, _, contents = Reader(archive).image(reference)

    assert config["config"]["Entrypoint"] == [f"/{entry}"]
    assert set(contents) == {entry}


def test_the_same_files_make_the_same_bytes(archive: Path, tmp_path: Path, programs: dict, parts: Path):
    again = tmp_path / "again.tar"
    programs["etcd"].touch()
    write([component(name, programs, parts) for name in REFERENCES], again, architecture="amd64")

    assert Reader(again).index == Reader(archive).index


def test_no_scratch_is_left_beside_the_archive(archive: Path):
    assert [file.name for file in archive.parent.glob("components*")] == ["components.tar"]


def test_an_image_that_nothing_was_built_for_is_an_error(programs: dict, parts: Path):
    with pytest.raises(LabError, match=r"kubeadm wants registry\.k8s\.io/kube-dance:v1"):
        component("registry.k8s.io/kube-dance:v1", programs, parts)
