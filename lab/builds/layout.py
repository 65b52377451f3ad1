"""Images as they lie in an unpacked archive: an OCI layout, or what older `docker save`s wrote.

Facts: the OCI image specification (image-layout, descriptor, manifest, index, config), Docker's image-spec
v1.2 (manifest.json). Go writes an empty list as null, and Docker 25.0 does so in index.json.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, ValidationError

from lab.errors import LabError

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_ZSTD = f"{OCI_LAYER}+zstd"
MANIFESTS = {OCI_MANIFEST, "application/vnd.docker.distribution.manifest.v2+json"}
INDEXES = {OCI_INDEX, "application/vnd.docker.distribution.manifest.list.v2+json"}
COMPRESSIONS = ((b"\x1f\x8b", "+gzip"), (b"\x28\xb5\x2f\xfd", "+zstd"))
LARGEST_DOCUMENT = 4 << 20
"""Bytes of a manifest, an index or a config; registries take no larger manifest."""
LARGEST_LIST = 20 << 20
"""Bytes of index.json and manifest.json; containerd reads no larger one."""
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
M = TypeVar("M", bound=BaseModel)


def _or(empty: Any) -> BeforeValidator:  # noqa: ANN401 - whatever the field's type is
    return BeforeValidator(lambda value: empty if value is None else value)


class Document(BaseModel):
    model_config = ConfigDict(populate_by_name=True, frozen=True)


class Platform(Document):
    architecture: str = ""
    os: str = ""
    variant: str = ""


class Blob(Document):
    """A descriptor: what a manifest or index says of a blob."""

    media_type: str = Field("", alias="mediaType")
    digest: str = Field(pattern=r"^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$")
    size: int = Field(ge=0)
    annotations: Annotated[dict[str, str], _or({})] = {}
    platform: Platform | None = None
    artifact_type: str | None = Field(None, alias="artifactType")
    data: str | None = None
    """The content itself, in base64, where a small one travels in its descriptor."""


Blobs = Annotated[tuple[Blob, ...], _or(())]


class Manifest(Document):
    schema_version: int = Field(2, alias="schemaVersion")
    media_type: str = Field(OCI_MANIFEST, alias="mediaType")
    artifact_type: str | None = Field(None, alias="artifactType")
    config: Blob
    layers: Blobs = ()

    @property
    def blobs(self) -> tuple[Blob, ...]:
        return (self.config, *self.layers)


class Index(Document):
    manifests: Blobs = ()


class Shape(Document):
    """What tells one kind of document from another."""

    media_type: str | None = Field(None, alias="mediaType")
    config: Any = None
    layers: Any = None
    manifests: Any = None
    fs_layers: Any = Field(None, alias="fsLayers")


class Saved(Document):
    """An entry of manifest.json."""

    config: str = Field(alias="Config")
    names: tuple[str, ...] | None = Field(None, alias="RepoTags")
    layers: Annotated[tuple[str, ...], _or(())] = Field((), alias="Layers")


class SavedList(RootModel[Annotated[tuple[Saved, ...], _or(())]]):
    """manifest.json."""


class RootFiles(Document):
    diff_ids: Annotated[tuple[str, ...], _or(())] = ()


class Config(Document):
    architecture: str = ""
    os: str = ""
    variant: str = ""
    rootfs: RootFiles | None = None


def shown(text: str) -> str:
    """Return what an archive says so that no terminal obeys it."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


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


def decode_list(model: type[M], file: Path, what: str) -> M:
    """Read index.json or manifest.json, of a size that one can have."""
    size = file.stat().st_size
    if size > LARGEST_LIST:
        raise LabError(f"{what} has {size / 1e6:.0f} MB, more than any reader takes")
    return decode(model, file.read_bytes(), what)


def file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()


def layer_type(file: Path) -> str:
    """Tell a layer's compression from its first bytes: its name and its media type may be silent on it."""
    with file.open("rb") as stream:
        start = stream.read(4)
    return OCI_LAYER + next((kind for sign, kind in COMPRESSIONS if start.startswith(sign)), "")


def fits(config: Config, layers: Sequence[Blob]) -> bool:
    """Say whether there are as many layers as the config counts; one without a list says nothing."""
    return config.rootfs is None or not config.rootfs.diff_ids or len(config.rootfs.diff_ids) == len(layers)
