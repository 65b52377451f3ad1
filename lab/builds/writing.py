"""Writing the archive that is carried into the gap: what `docker save | xz` gives, straight from the store.

An OCI layout with Docker's manifest.json beside index.json, as `docker save` writes since 25: older engines
read the one, newer ones the other. A blob that several images share is in it once; each is the store's
own, so the digests are those that the registry gets. Facts: the OCI image specification, image-layout.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lab.builds.oci import Store
from lab.builds.reference import Reference
from lab.builds.store import gather, open_store
from lab.builds.stored import Stored
from lab.errors import LabError
from lab.host.shell import Shell
from lab.spec.registries import DOCKER_HUB

WRITE_SECONDS = 900.0
FIXED = "--format=ustar --sort=none --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a=r"
WRITE = (
    f'tar -c {FIXED} -C "$1" oci-layout index.json manifest.json -C "$2" --files-from="$1/blobs" '
    '| xz -0 -T0 > "$3"'
)
"""Streamed. The quickest xz: layers are compressed already, or are read once."""


def write(
    references: Sequence[str], name: str, shell: Shell, *, cache: Path, say: Callable[[str], None]
) -> Path:
    """Have an archive of *references*, called *name*, in the cache; it is written once for its content."""
    store = open_store(cache)
    images = gather(store, shell, references, say=say)
    index = index_json(images)
    place = cache / "archives" / hashlib.sha256(index.encode()).hexdigest()[:16] / name
    if not place.is_file():
        say(f"writing {name}: {len(images)} images, {_size(images) / 1e6:.0f} MB before xz")
        _write(store, images, index, place, shell)
        _forget_others(place)
    return place


def index_json(images: Mapping[Reference, Stored]) -> str:
    """Return the layout's index: each image by both names that engines look for, in the given order."""
    manifests = [
        {
            "mediaType": stored.blob.media_type,
            "digest": stored.digest,
            "size": stored.blob.size,
            "annotations": {
                "io.containerd.image.name": str(reference),
                "org.opencontainers.image.ref.name": reference.version,
            },
        }
        for reference, stored in images.items()
    ]
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": manifests,
        }
    )


def manifest_json(images: Mapping[Reference, Stored]) -> str:
    """Return Docker's own list: each image's config, layers and name as `docker images` shows it.

    It knows no names by digest; who reads index.json finds them there.
    """
    return json.dumps(
        [
            {
                "Config": _member(stored.manifest.config.digest),
                "RepoTags": [familiar(reference)] if reference.digest is None else None,
                "Layers": [_member(layer.digest) for layer in stored.manifest.layers],
            }
            for reference, stored in images.items()
        ]
    )


def members(images: Mapping[Reference, Stored]) -> Sequence[str]:
    """Return the blobs' paths, each once: manifests and configs first, so that a reader knows what comes."""
    documents = [blob.digest for one in images.values() for blob in reversed(one.documents)]
    configs = [one.manifest.config.digest for one in images.values()]
    others = [blob.digest for one in images.values() for blob in one.blobs]
    return [_member(digest) for digest in dict.fromkeys([*documents, *configs, *others])]


def familiar(reference: Reference) -> str:
    """Return the name as Docker shows it: Docker Hub's own is left out."""
    return str(reference).removeprefix(f"{DOCKER_HUB}/library/").removeprefix(f"{DOCKER_HUB}/")


def _write(store: Store, images: Mapping[Reference, Stored], index: str, place: Path, shell: Shell) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            folder, partial = Path(scratch), Path(scratch, "archive")
            Path(folder, "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
            Path(folder, "index.json").write_text(index)
            Path(folder, "manifest.json").write_text(manifest_json(images))
            Path(folder, "blobs").write_text("".join(f"{member}\n" for member in members(images)))
            argv = ["bash", "-o", "pipefail", "-c", WRITE, "write", scratch, str(store.root), str(partial)]
            written = shell.run(argv, timeout=WRITE_SECONDS)
            if not written.ok:
                raise LabError(f"{place.name} cannot be written: {written.last_line}")
            partial.replace(place)
    except OSError as error:
        raise LabError(f"{place} cannot be written: {error.strerror or error}") from error


def _forget_others(place: Path) -> None:
    """Remove archives of the same name with other contents: each is as large as all its images."""
    for old in place.parent.parent.glob(f"*/{place.name}"):
        if old != place:
            old.unlink(missing_ok=True)
            old.parent.rmdir()


def _member(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _size(images: Mapping[Reference, Stored]) -> int:
    blobs = {blob.digest: blob.size for one in images.values() for blob in one.blobs}
    return sum(blobs.values())
