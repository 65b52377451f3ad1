"""Archives as tools write them, hostile ones, and what the lab takes of each.

Layers are real ones, so that real engines can read the same files: `tests/docker/test_corpus.py` has them do so. Where an
engine does otherwise than the lab, the case says why.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAME = "corpus.test/me/it:1"
REPOSITORY = "corpus.test/me/it"
OCI = "application/vnd.oci.image."
DOCKER = "application/vnd.docker."
Content = dict[str, bytes]


def sha(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def layer(text: str) -> bytes:
    """A layer of one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo("file")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text.encode()))
    return packed.getvalue()


def blob(content: bytes) -> Content:
    return {f"blobs/{sha(content).replace(':', '/')}": content}


def descriptor(content: bytes, media_type: str, **rest: object) -> dict[str, object]:
    return {"mediaType": media_type, "digest": sha(content), "size": len(content), **rest}


@dataclass(frozen=True)
class Made:
    """A manifest or an index, with the blobs that it leads to."""

    document: bytes
    media_type: str
    blobs: Content
    platform: dict[str, str] | None = None

    @property
    def digest(self) -> str:
        return sha(self.document)

    def entry(self, name: str | None = None, **annotations: str) -> dict[str, object]:
        named = ({"io.containerd.image.name": name} if name else {}) | annotations
        rest = ({"annotations": named} if named else {}) | (
            {"platform": self.platform} if self.platform else {}
        )
        return descriptor(self.document, self.media_type, **rest)


def image(
    text: str = "content",
    architecture: str = "amd64",
    system: str = "linux",
    *,
    variant: str = "",
    pack: Callable[[bytes], bytes] = zipped,
    layer_type: str = OCI + "layer.v1.tar+gzip",
    config_type: str = OCI + "config.v1+json",
    manifest_type: str = OCI + "manifest.v1+json",
    without_type: bool = False,
    layers: int = 1,
    **rest: object,
) -> Made:
    plain = [layer(f"{text} {number}") for number in range(layers)]
    packed = [pack(one) for one in plain]
    config = config_of(plain, architecture, system, variant)
    manifest = {
        "schemaVersion": 2,
        **({} if without_type else {"mediaType": manifest_type}),
        "config": descriptor(config, config_type),
        "layers": [descriptor(one, layer_type) for one in packed],
        **rest,
    }
    document = json.dumps(manifest).encode()
    blobs = {path: content for one in (config, *packed, document) for path, content in blob(one).items()}
    platform = {"architecture": architecture, "os": system, **({"variant": variant} if variant else {})}
    return Made(document, manifest_type, blobs, platform)


def config_of(plain: Sequence[bytes], architecture: str, system: str = "linux", variant: str = "") -> bytes:
    said = {
        "architecture": architecture,
        "os": system,
        "rootfs": {"type": "layers", "diff_ids": [*map(sha, plain)]},
    }
    return json.dumps(said | ({"variant": variant} if variant else {})).encode()


def artifact(
    layer_type: str, config_type: str = OCI + "config.v1+json", content: bytes = b"{}", **rest: object
) -> Made:
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI + "manifest.v1+json",
        "config": descriptor(b"{}", config_type),
        "layers": [descriptor(content, layer_type)],
        **rest,
    }
    document = json.dumps(manifest).encode()
    return Made(document, OCI + "manifest.v1+json", {**blob(b"{}"), **blob(content), **blob(document)})


def index(
    *parts: Made, entries: Sequence[dict[str, object]] | None = None, media_type: str = OCI + "index.v1+json"
) -> Made:
    found = [one.entry() for one in parts] if entries is None else entries
    document = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": found}).encode()
    blobs = {path: content for one in parts for path, content in one.blobs.items()}
    return Made(document, media_type, blobs | blob(document))


def layout(*entries: tuple[Made, dict[str, object]], **rest: object) -> Content:
    files = {path: content for made, _ in entries for path, content in made.blobs.items()}
    return {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        **files,
        "index.json": json.dumps(
            {"schemaVersion": 2, "manifests": [entry for _, entry in entries], **rest}
        ).encode(),
    }


def saved(
    *names: str,
    architecture: str = "amd64",
    system: str = "linux",
    config_name: str = "c.json",
    layer_names: Sequence[str] = ("0/layer.tar", "1/layer.tar"),
    pack: Callable[[bytes], bytes] = bytes,
    layers: Sequence[str] = ("one", "two"),
) -> Content:
    plain = [layer(text) for text in layers]
    config = config_of(plain, architecture, system)
    listed = [{"Config": config_name, "RepoTags": list(names), "Layers": list(layer_names)}]
    return {
        config_name: config,
        **dict(zip(layer_names, map(pack, plain), strict=True)),
        "manifest.json": json.dumps(listed).encode(),
    }


def tarred(
    files: Content, *, extra: Sequence[tuple[tarfile.TarInfo, bytes]] = (), form: int = tarfile.PAX_FORMAT
) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for info, content in extra:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return packed.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


@dataclass(frozen=True)
class Case:
    """An archive; what the lab takes of it; what it says of the rest."""

    name: str
    content: bytes
    takes: dict[str, str | None] = field(default_factory=dict)
    """Complete name to digest; None: made by the reader."""
    says: tuple[str, ...] = ()
    """In order: parts of the lines about what is left aside, or of the refusal."""
    ctr: str = ""
    """Why `ctr image import` does otherwise."""
    docker: str = ""
    """Why `docker load`, with containerd's store, does otherwise."""
    skopeo: str = ""
    """Why `skopeo copy` reads what the lab does not."""

    def write(self, folder: Path) -> Path:
        file = folder / "archive"
        file.write_bytes(self.content)
        return file


LAST = "containerd gives the name to the last entry, whatever that is"
ANY = "containerd gives a name to what is no image"
ALIEN = "containerd keeps what it cannot run"
WHOLE = "containerd keeps an index without its other platforms; a registry takes it only whole"
TAG = "Docker takes a tag alone for a name"
BELIEVED = "containerd takes every name as it stands"
SHORT = "Docker keeps the short name as it stands, and then does not find it"
LATER = "Docker names it, and cannot unpack it"
UNSEEN = "ctr does not look into layers before it unpacks them"
PACKED = "ctr reads no compressed archive"
NAMELESS = "skopeo copies to a name of its own, and wants none in the archive"
COPIES = "skopeo copies whatever has a manifest"
