"""An image is found, pushed, listed and saved by its digest, and an index arrives as it was loaded."""

from __future__ import annotations

import contextlib
import json
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from lab.builds import oci, prune, writing
from lab.builds.export import NoImage
from lab.builds.oci import Store
from lab.builds.reference import parse_reference
from lab.builds.store import gather, listing, load_archive, open_store
from lab.errors import LabError
from tests.fakes import FakeShell, completed
from tests.unit.builds import cases
from tests.unit.builds.cases import AMD, ARM, ATTESTED, BOTH, SECOND
from tests.unit.builds.corpus import NAME, REPOSITORY, image, layout, saved, tarred
from tests.unit.builds.test_push import FakeRegistry, send
from tests.unit.builds.test_writing import tar_and_xz

NOTHING = FakeShell(lambda argv: completed(stderr=f"Error: No such image: {argv[-1]}", exit_code=1))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def loaded(folder: Path, *entries, said: list[str] | None = None) -> Path:
    file = folder / "in.tar"
    file.write_bytes(tarred(layout(*entries)))
    load_archive(file, cache=folder, say=(said if said is not None else []).append)
    return folder


def found(cache: Path, name: str) -> str:
    (stored,) = gather(open_store(cache), NOTHING, [name], say=print).values()
    return stored.digest


@pytest.mark.parametrize("digest", [BOTH.digest, AMD.digest])
@pytest.mark.parametrize("tag", ["", ":1", ":2"])
def test_an_index_and_its_manifests_are_found_by_their_digests(tmp_path: Path, digest: str, tag: str):
    cache = loaded(tmp_path, (BOTH, BOTH.entry(NAME)))

    assert found(cache, f"{REPOSITORY}{tag}@{digest}") == digest
    assert found(cache, NAME) == BOTH.digest


def test_a_name_by_digest_leads_to_its_image_and_to_no_tag(tmp_path: Path):
    cache = loaded(tmp_path, (AMD, AMD.entry(f"{NAME}@{AMD.digest}")))

    assert found(cache, f"{REPOSITORY}@{AMD.digest}") == AMD.digest
    with pytest.raises(NoImage, match=r"the engine has no image corpus\.test/me/it:1"):
        found(cache, NAME)
    assert [row.reference for row in listing(cache)] == [f"{NAME}@{AMD.digest}"]


def test_another_repository_has_another_image_by_the_same_digest(tmp_path: Path):
    cache = loaded(tmp_path, (AMD, AMD.entry(NAME)))

    with pytest.raises(NoImage, match=r"no loaded archive has corpus\.test/you/it@sha256"):
        found(cache, f"corpus.test/you/it@{AMD.digest}")


def test_who_wants_another_digest_than_the_tag_has_is_told_both_and_the_engine_is_not_asked(tmp_path: Path):
    cache = loaded(tmp_path, (AMD, AMD.entry(NAME)))

    with pytest.raises(NoImage) as refused:
        found(cache, f"{NAME}@{SECOND.digest}")

    assert f"no loaded archive has {NAME}@{SECOND.digest}; {NAME} is there as {AMD.digest}" in str(
        refused.value
    )
    assert refused.value.references == (f"{NAME}@{SECOND.digest}",)


@pytest.mark.parametrize("made", [BOTH, ATTESTED, cases.DEEP])
def test_a_registry_gets_what_an_index_names_before_it(tmp_path: Path, made):
    store = open_store(loaded(tmp_path, (made, made.entry(NAME))))
    fake = FakeRegistry()
    images = gather(store, NOTHING, [NAME], say=print)

    send(fake, store, images)

    put = [path.rpartition("/")[2] for path in fake.manifests]
    assert put[-1] == "1"
    documents = {path.rpartition("/")[2].replace(":", "/") for path in made.blobs}
    assert {digest.removeprefix("sha256:") for digest in put[:-1]} < documents
    assert fake.manifests[f"/v2/{REPOSITORY}/manifests/1"] == (made.media_type, made.document)
    assert {digest for _, digest in fake.blobs} == {
        blob.digest for blob in images[parse_reference(NAME)].blobs
    }


def test_a_repository_gets_one_document_at_a_time_and_each_once(tmp_path: Path):
    """A registry that takes a manifest twice at once says in between that it has none."""
    store = open_store(
        loaded(tmp_path, (BOTH, BOTH.entry(NAME)), (cases.DEEP, cases.DEEP.entry(f"{REPOSITORY}:2")))
    )
    names = [NAME, f"{REPOSITORY}:2", f"{REPOSITORY}@{AMD.digest}", f"{REPOSITORY}@{BOTH.digest}"]
    fake, both = FakeRegistry(), threading.Barrier(2)
    put: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/manifests/" in request.url.path:
            put.append(request.url.path.rpartition("/")[2])
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.02)
                pytest.fail("two at once")
            both.reset()
        return fake(request)

    send(answer, store, gather(store, NOTHING, names, say=print))

    assert len(put) == len(set(put))
    assert put.index(AMD.digest) < put.index("1")
    assert {"1", "2", AMD.digest, ARM.digest, BOTH.digest} < set(put)


def test_an_index_that_is_not_whole_gives_its_name_to_what_is_there(tmp_path: Path):
    said: list[str] = []
    files = cases.without(layout((BOTH, BOTH.entry(NAME))), ARM)
    (tmp_path / "in.tar").write_bytes(tarred(files))
    load_archive(tmp_path / "in.tar", cache=tmp_path, say=said.append)

    assert found(tmp_path, NAME) == AMD.digest
    (line,) = said
    assert line == (
        "index.json, entry 1 (corpus.test/me/it:1): the index itself, as not all of it is here; its name leads"
        " to linux/amd64 alone; left aside"
    )
    with pytest.raises(NoImage):
        found(tmp_path, f"{REPOSITORY}@{BOTH.digest}")


def test_what_is_saved_is_read_back_with_names_and_digests(tmp_path: Path):
    names = [NAME, f"{REPOSITORY}@{AMD.digest}", "corpus.test/me/other:1"]
    cache = loaded(tmp_path, (BOTH, BOTH.entry(NAME)), (SECOND, SECOND.entry(names[2])))

    archive = writing.write(names, "out.tar.xz", FakeShell(tar_and_xz), cache=cache, say=print)

    other = tmp_path / "other"
    assert load_archive(archive, cache=other) == names
    assert [found(other, name) for name in names] == [BOTH.digest, AMD.digest, SECOND.digest]
    with tarfile.open(archive) as tar:
        written = json.load(tar.extractfile("manifest.json") or pytest.fail("no manifest.json"))
    assert [one["RepoTags"] for one in written] == [[NAME], None, ["corpus.test/me/other:1"]]


def test_pruning_leaves_an_index_whole(tmp_path: Path):
    cache = loaded(tmp_path, (BOTH, BOTH.entry(NAME)))

    assert prune.prune(open_store(cache), datetime.now(UTC) + 2 * prune.SETTLED) == 0
    assert found(cache, NAME) == BOTH.digest


def test_an_index_that_lost_another_platform_s_part_is_no_image_any_more(tmp_path: Path):
    cache = loaded(tmp_path, (BOTH, BOTH.entry(NAME)))
    open_store(cache).path(ARM.digest).unlink()

    with pytest.raises(NoImage):
        found(cache, NAME)


@pytest.mark.parametrize("characters", [100, 230, 255])
def test_a_long_name_is_kept_listed_and_found(tmp_path: Path, characters: int):
    name = "corpus.test/" + "a" * (characters - len("corpus.test/")) + ":1.0"
    cache = loaded(tmp_path, (AMD, AMD.entry(name)))

    assert [row.reference for row in listing(cache)] == [name]
    assert found(cache, name) == AMD.digest


def test_a_name_that_was_kept_before_names_could_be_long_is_still_read(tmp_path: Path):
    cache = loaded(tmp_path, (AMD, AMD.entry(NAME)))
    (file,) = (cache / "oci" / "names").iterdir()
    record = json.loads(file.read_text())
    del record["reference"]
    file.write_text(json.dumps(record))

    assert file.name == "corpus.test%2Fme%2Fit%3A1.json"
    assert [row.reference for row in listing(cache)] == [NAME]


@pytest.mark.parametrize("content", [layout((AMD, AMD.entry())), saved()])
def test_a_nameless_image_takes_the_name_that_it_is_given(tmp_path: Path, content):
    (tmp_path / "in.tar").write_bytes(tarred(content))

    assert load_archive(tmp_path / "in.tar", cache=tmp_path, name="plant-agent:2.4") == [
        "docker.io/library/plant-agent:2.4"
    ]


def test_a_name_that_is_given_takes_none_from_what_has_one(tmp_path: Path):
    entries = (AMD, AMD.entry(NAME)), (SECOND, SECOND.entry())
    (tmp_path / "in.tar").write_bytes(tarred(layout(*entries)))

    assert load_archive(tmp_path / "in.tar", cache=tmp_path, name="me/second:1") == [
        NAME,
        "docker.io/me/second:1",
    ]
    assert found(tmp_path, "me/second:1") == SECOND.digest


def test_a_name_that_is_not_needed_or_is_none_is_said(tmp_path: Path):
    said: list[str] = []
    (tmp_path / "in.tar").write_bytes(tarred(layout((AMD, AMD.entry(NAME)))))

    assert load_archive(tmp_path / "in.tar", cache=tmp_path, name="me/it:1", say=said.append) == [NAME]
    assert said == ["me/it:1 was not needed: what was taken has names"]
    with pytest.raises(LabError, match="'A:1' is no image reference"):
        load_archive(tmp_path / "in.tar", cache=tmp_path, name="A:1")


def test_an_image_of_the_engine_is_found_by_the_digest_that_it_got_here(tmp_path: Path):
    store = open_store(loaded(tmp_path, (AMD, AMD.entry("corpus.test/me/other:1"))))
    stored = store.loaded("corpus.test/me/other:1")
    assert stored is not None
    store.name(NAME, stored, loaded=False)

    assert found(tmp_path, f"{REPOSITORY}@{AMD.digest}") == AMD.digest
    with pytest.raises(NoImage, match="the engine has no image"):
        found(tmp_path, NAME)


def test_a_whole_archive_that_holds_another_s_parts_uses_what_is_there(tmp_path: Path):
    cache = loaded(tmp_path, (AMD, AMD.entry(NAME)))
    files = cases.without(layout((BOTH, BOTH.entry("corpus.test/me/both:1"))), AMD)
    (tmp_path / "in.tar").write_bytes(tarred(files))

    load_archive(tmp_path / "in.tar", cache=cache)

    assert found(cache, "corpus.test/me/both:1") == BOTH.digest


def test_a_document_larger_than_registries_take_is_left_aside(tmp_path: Path):
    large = image("large", annotations={"text": "x" * (4 << 20)})
    (tmp_path / "in.tar").write_bytes(tarred(layout((large, large.entry(NAME)))))

    with pytest.raises(LabError, match=r"entry 1 .*: described by \d+ bytes, more than any registry takes"):
        load_archive(tmp_path / "in.tar", cache=tmp_path)


def test_the_store_s_names_fit_into_a_file_name(tmp_path: Path):
    longest = Store(tmp_path)._name(
        "r" * 128 + ".test/" + "/".join("p" * 30 for _ in range(4)) + "@sha256:" + "0" * 64
    )

    assert len(longest.name) <= oci.LONGEST_FILE_NAME
