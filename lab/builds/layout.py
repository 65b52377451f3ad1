"""Images as they lie in an unpacked archive: an OCI layout, or what older `docker save`s wrote.

Facts: the OCI image specification (image-layout, manifest, config), Docker's image-spec v1.2 (manifest.json).
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError

from lab.errors import LabError

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_ZSTD = f"{OCI_LAYER}+zstd"
INDEXES = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
}
COMPRESSIONS = ((b"\x1f\x8b", "+gzip"), (b"\x28\xb5\x2f\xfd", "+zstd"))
NAME_KEYS = ("io.containerd.image.name", "org.opencontainers.image.ref.name")
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
M = TypeVar("M", bound=BaseModel)


class Document(BaseModel):
    model_config = ConfigDict(populate_by_name=True)


class Platform(Document):
    architecture: str
    os: str


class Blob(Document):
    """A descriptor: what a manifest or index says of a blob."""

    media_type: str = Field(alias="mediaType")
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    size: int
    annotations: dict[str, str] = {}
    platform: Platform | None = None


class Manifest(Document):
    schema_version: Literal[2] = Field(2, alias="schemaVersion")
    media_type: str = Field(OCI_MANIFEST, alias="mediaType")
    config: Blob
    layers: tuple[Blob, ...]

    @property
    def blobs(self) -> tuple[Blob, ...]:
        return (self.config, *self.layers)


class Index(Document):
    manifests: tuple[Blob, ...]


class Saved(Document):
    """An entry of manifest.json."""

    config: str = Field(alias="Config")
    names: tuple[str, ...] | None = Field(None, alias="RepoTags")
    layers: tuple[str, ...] = Field(alias="Layers")


class SavedList(RootModel[tuple[Saved, ...]]):
    """manifest.json."""


class Config(Document):
    architecture: str = ""
    os: str = "linux"


def host_architecture() -> str:
    machine = platform.machine()
    return MACHINES.get(machine, machine)


def decode(model: type[M], text: bytes, what: str) -> M:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise LabError(f"{what} is not as it should be: {place}: {first['msg']}") from error


def file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def layer_type(file: Path) -> str:
    """Tell a layer's compression from its first bytes: its name and its media type may be silent on it."""
    with file.open("rb") as stream:
        start = stream.read(4)
    return OCI_LAYER + next((kind for sign, kind in COMPRESSIONS if start.startswith(sign)), "")


def choose(blobs: Sequence[Blob], architecture: str) -> Iterator[Blob]:
    """Yield the descriptors that are for this architecture or do not say; attestations are for none."""
    for blob in blobs:
        if blob.platform is None or (blob.platform.architecture, blob.platform.os) == (architecture, "linux"):
            yield blob


def named(annotations: Mapping[str, str]) -> str | None:
    return next((annotations[key] for key in NAME_KEYS if "/" in annotations.get(key, "")), None)
