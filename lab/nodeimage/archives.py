"""The images that kubeadm starts, as one OCI archive for `ctr images import`.

Facts: kubeadm's manifests call `kube-apiserver`, `etcd` and their like by name, so the image must set PATH;
kube-proxy is called as `/usr/local/bin/kube-proxy`, CoreDNS and pause by their entry points. containerd takes
an image's name from the annotation `io.containerd.image.name` of its descriptor in `index.json`.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from lab.errors import LabError

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EPOCH = "1970-01-01T00:00:00Z"
GZIP_LEVEL = 6
"""Every node gets a copy of the packed store, so a third of the bytes is worth a second of unpacking."""
CHUNK = 1 << 20
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True, slots=True)
class Image:
    """A component image: one layer of *files* (path in the image to file on the host), and how it starts."""

    reference: str
    files: Mapping[str, Path]
    config: Mapping[str, Any] = field(default_factory=dict)


def component(reference: str, programs: Mapping[str, Path], parts: Path) -> Image:
    """Return what the image that kubeadm calls *reference* holds here.

    *programs* are the Go programs by name; *parts* is the recipe's `parts` target: `pause` and `proxy/`.
    """
    name = reference.rsplit("/", 1)[-1].split(":", 1)[0]
    if name == "pause":
        return Image(reference, {"pause": parts / "pause"}, {"Entrypoint": ["/pause"], "User": "65535:65535"})
    if name not in programs:
        raise LabError(f"kubeadm wants {reference}, and no program of that name was built")
    if name == "coredns":
        return Image(reference, {"coredns": programs[name]}, {"Entrypoint": ["/coredns"], "WorkingDir": "/"})
    files = {f"usr/local/bin/{name}": programs[name]}
    if name == "kube-proxy":
        tree = parts / "proxy"
        files |= {
            file.relative_to(tree).as_posix(): file for file in sorted(tree.rglob("*")) if file.is_file()
        }
    return Image(reference, files)


@dataclass(frozen=True, slots=True)
class _Blob:
    """A packed layer on disk. *diff_id* is the hash of what it unpacks to."""

    path: Path
    digest: str
    diff_id: str


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> object: ...


class _Hashing:
    """Passes what is written on to *sink* and hashes it on the way."""

    def __init__(self, sink: _Sink) -> None:
        self.sink = sink
        self.sum = hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self.sum.update(data)
        return self.sink.write(data)

    def flush(self) -> object:
        return self.sink.flush()


def _pack(image: Image, path: Path) -> _Blob:
    """Write *image*'s layer to *path*. The same files give the same bytes: no times, no owners."""
    with path.open("wb") as raw:
        packed = _Hashing(raw)
        with gzip.GzipFile("", "wb", GZIP_LEVEL, packed, mtime=0) as zipped:
            plain = _Hashing(zipped)
            with tarfile.open(fileobj=plain, mode="w|", bufsize=CHUNK) as tar:  # type: ignore[call-overload]
                _fill(tar, image.files)
    return _Blob(path, packed.sum.hexdigest(), plain.sum.hexdigest())


def _fill(tar: tarfile.TarFile, files: Mapping[str, Path]) -> None:
    folders = {str(parent) for name in files for parent in PurePosixPath(name).parents} - {"."}
    for folder in sorted(folders):
        entry = tarfile.TarInfo(folder)
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(entry)
    for name, file in sorted(files.items()):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = file.stat().st_size, 0o755
        with file.open("rb") as content:
            tar.addfile(entry, content)


def write(images: Sequence[Image], archive: Path, *, architecture: str) -> None:
    """Write all *images* to one OCI archive at *archive*; layers are packed side by side, zlib lets them."""
    with ThreadPoolExecutor() as pool:
        places = [archive.with_name(f"{archive.name}.layer{number}") for number in range(len(images))]
        layers = list(pool.map(_pack, images, places))
    descriptors: list[dict[str, Any]] = []
    with tarfile.open(archive, "w") as tar:
        _add(tar, "oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}).encode())
        for image, layer in zip(images, layers, strict=True):
            tar.add(layer.path, f"blobs/sha256/{layer.digest}")
            size = layer.path.stat().st_size
            layer.path.unlink()
            config = _config(image, layer, architecture)
            manifest = {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": _blob(tar, CONFIG, config),
                "layers": [{"mediaType": LAYER, "digest": f"sha256:{layer.digest}", "size": size}],
            }
            descriptors.append(
                _blob(tar, MANIFEST, manifest)
                | {
                    "platform": {"os": "linux", "architecture": architecture},
                    "annotations": {"io.containerd.image.name": image.reference},
                }
            )
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": descriptors}
        _add(tar, "index.json", json.dumps(index).encode())


def _config(image: Image, layer: _Blob, architecture: str) -> dict[str, Any]:
    return {
        "created": EPOCH,
        "architecture": architecture,
        "os": "linux",
        "config": {"Env": [PATH], **image.config},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.diff_id}"]},
        "history": [{"created": EPOCH, "created_by": "airgap-lab node image"}],
    }


def _blob(tar: tarfile.TarFile, media: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add *content* as a JSON blob; return its descriptor."""
    raw = json.dumps(content, sort_keys=True).encode()
    name = hashlib.sha256(raw).hexdigest()
    _add(tar, f"blobs/sha256/{name}", raw)
    return {"mediaType": media, "digest": f"sha256:{name}", "size": len(raw)}


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
