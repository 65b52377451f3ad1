"""Small images, written as the tools write them."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

CONFIG = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}}).encode()
LAYERS = (b"first layer", b"second layer")


def sha(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def write_tar(
    file: Path, members: dict[str, bytes], *, mode: str = "w", links: dict[str, str] | None = None
) -> Path:
    with tarfile.open(file, mode) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return file


def descriptor(content: bytes, media_type: str, **rest: object) -> dict[str, object]:
    return {"mediaType": media_type, "digest": sha(content), "size": len(content), **rest}


def oci(
    config: bytes = CONFIG,
    layers: tuple[bytes, ...] = LAYERS,
    name: str = "docker.io/me/it:1",
    *,
    layer_type: str = "application/vnd.oci.image.layer.v1.tar",
) -> dict[str, bytes]:
    """What `docker save` writes since version 25."""
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": descriptor(config, "application/vnd.oci.image.config.v1+json"),
            "layers": [descriptor(layer, layer_type) for layer in layers],
        }
    ).encode()
    index = {
        "schemaVersion": 2,
        "manifests": [
            descriptor(
                manifest,
                "application/vnd.oci.image.manifest.v1+json",
                annotations={"io.containerd.image.name": name},
            )
        ],
    }
    blobs = {f"blobs/{sha(part).replace(':', '/')}": part for part in (config, *layers, manifest)}
    return {
        **blobs,
        "index.json": json.dumps(index).encode(),
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
    }


def saved(
    config: bytes = CONFIG, layers: tuple[bytes, ...] = LAYERS, name: str = "me/it:1"
) -> dict[str, bytes]:
    """What `docker save` wrote before."""
    names = [f"{index}/layer.tar" for index, _ in enumerate(layers)]
    manifest = [{"Config": "c.json", "RepoTags": [name], "Layers": names}]
    return {
        "c.json": config,
        **dict(zip(names, layers, strict=True)),
        "manifest.json": json.dumps(manifest).encode(),
    }
