"""What a rebuilt image leaves behind goes; what is in use, or is just being taken in, stays."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.builds.prune import SETTLED, prune
from lab.errors import LabError
from tests.unit.builds.archives import CONFIG, LAYERS, oci, sha, write_tar

LATER = datetime.now(UTC) + 2 * SETTLED


def take(store: Store, folder: Path, config: bytes, *layers: bytes) -> None:
    files = oci(config=config, layers=layers)
    for name, stored in read_archive(store, write_tar(folder / "a.tar", files), architecture="amd64").items():
        store.name(name, stored, loaded=True)


def blobs(store: Store) -> set[str]:
    return {f"sha256:{file.name}" for file in (store.root / "blobs" / "sha256").iterdir()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The second image has the name of the first, and its first layer."""
    made = Store(tmp_path / "oci")
    take(made, tmp_path, CONFIG, *LAYERS)
    take(made, tmp_path, CONFIG + b" ", LAYERS[0], b"newer")
    return made


def test_what_no_name_leads_to_goes_and_an_image_in_use_stays_whole(store: Store):
    first = store.find(sha(CONFIG))
    assert first is not None
    size = first.blob.size + len(CONFIG) + len(LAYERS[1])

    assert prune(store, LATER) == size

    (image,) = (stored for _, stored in store.images())
    assert blobs(store) == {image.digest, *(blob.digest for blob in image.manifest.blobs)}
    assert store.find(sha(CONFIG)) is None
    assert store.find(sha(CONFIG + b" ")) == image
    assert not (store.root / "images" / sha(CONFIG).replace("sha256:", "")).with_suffix(".json").exists()
    assert prune(store, LATER) == 0


def test_what_is_just_being_taken_in_stays(store: Store):
    there = blobs(store)

    assert prune(store, datetime.now(UTC) + SETTLED - timedelta(minutes=1)) == 0
    assert blobs(store) == there


def test_the_record_of_a_compressed_layer_goes_with_it(store: Store):
    (image,) = (stored for _, stored in store.images())
    gone, used = store.find(sha(CONFIG)), image.manifest.layers[0]
    assert gone is not None
    store.record_packed(sha(b"plain"), gone.manifest.layers[1])
    store.record_packed(sha(b"other"), used)

    prune(store, LATER)

    assert store.packed(sha(b"plain")) is None
    assert store.packed(sha(b"other")) == used
    assert len(list((store.root / "layers").iterdir())) == 1


def test_an_empty_store_has_nothing_to_free(tmp_path: Path):
    assert prune(Store(tmp_path / "never"), LATER) == 0


def test_a_folder_that_refuses_is_one_clear_error(store: Store, monkeypatch: pytest.MonkeyPatch):
    def refuses(_: Path) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "unlink", refuses)

    with pytest.raises(LabError, match="cannot be pruned: Permission denied"):
        prune(store, LATER)
