"""Each archive of the corpus: what is taken under which name, what is said of the rest, and that nothing else stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.errors import LabError
from tests.unit.builds.cases import CASES
from tests.unit.builds.corpus import Case


def each(cases: list[Case]):
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


@each([case for case in CASES if case.takes])
def test_what_is_an_image_is_taken_under_its_own_name_and_nothing_else(tmp_path: Path, case: Case):
    store, said = Store(tmp_path / "oci"), []

    images = read_archive(store, case.write(tmp_path), say=said.append)

    assert {name: case.takes.get(name) and image.digest for name, image in images.items()} == case.takes
    assert len(said) == len(case.says), said
    for part, line in zip(case.says, said, strict=True):
        assert part in line
    for image in images.values():
        assert all(store.has(blob) for blob in (*image.documents, *image.blobs))


@each([case for case in CASES if not case.takes])
def test_what_cannot_be_taken_is_refused_by_name_and_leaves_nothing(tmp_path: Path, case: Case):
    store = Store(tmp_path / "oci")

    with pytest.raises(LabError) as refused:
        read_archive(store, case.write(tmp_path))

    for part in case.says:
        assert part in str(refused.value)
    assert [file for file in store.root.rglob("*") if file.is_file()] == []
