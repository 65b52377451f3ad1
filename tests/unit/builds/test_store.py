from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import zstandard

from lab.builds import export as export_
from lab.builds import packing
from lab.builds import store as front
from lab.builds.export import NoImage
from lab.builds.intake import read_archive
from lab.builds.oci import Store, Stored
from lab.errors import CommandFailed, LabError
from tests.fakes import FakeShell, completed
from tests.unit.builds.archives import CONFIG, LAYERS, oci, saved, sha, write_tar

ID = sha(CONFIG)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "oci")


def engine(files: dict[str, bytes], *, cut: str | None = None, identity: str = ID) -> FakeShell:
    """An engine with one image under every name, whose save leaves *cut* out."""

    def answer(argv: tuple[str, ...]):
        if argv[0] == "docker":
            return completed(f"{identity} {' '.join(map(sha, LAYERS))}\n" * len(argv[5:]))
        folder, excluded = Path(argv[6]), Path(argv[7]).read_text().split()
        for name, content in files.items():
            if name not in excluded and name != cut:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        return completed()

    return FakeShell(answer)


def export(store: Store, shell: FakeShell, name: str) -> Stored:
    return export_.export(store, shell, [name], say=print)[name]


def have(store: Store, shell: FakeShell, name: str) -> Stored:
    (stored,) = front.gather(store, shell, [name], say=print).values()
    return stored


def plain(store: Store, stored: Stored) -> list[bytes]:
    """Return the layers as they were before they were compressed."""
    return [zstandard.decompress(store.path(layer.digest).read_bytes()) for layer in stored.manifest.layers]


def saves(shell: FakeShell) -> int:
    return sum(argv[0] == "bash" for argv in shell.ran)


def test_an_export_is_kept_whole_and_made_once(store: Store):
    shell = engine(oci())

    first, second = export(store, shell, "me/it:1"), export(store, shell, "me/it:1")

    assert first == second
    assert saves(shell) == 1
    assert [store.path(first.manifest.config.digest).read_bytes(), *plain(store, first)] == [CONFIG, *LAYERS]
    assert {layer.media_type.rpartition("+")[2] for layer in first.manifest.layers} == {"zstd"}
    for blob in (first.blob, *first.manifest.blobs):
        assert sha(store.path(blob.digest).read_bytes()) == blob.digest


@pytest.mark.parametrize("processors", [1, 3])
def test_a_layer_becomes_the_same_bytes_on_every_machine(store: Store, processors: int):
    content = b"".join(hashlib.sha256(bytes([n % 251, n % 241])).digest() for n in range(1 << 19))

    (layer,) = export(store, engine(oci(layers=(content,))), "me/it:1").manifest.layers

    elsewhere = zstandard.ZstdCompressor(level=packing.LEVEL, threads=processors)
    stream = elsewhere.compressobj(size=len(content))
    assert store.path(layer.digest).read_bytes() == stream.compress(content) + stream.flush()


def test_a_layer_that_is_compressed_already_stays_as_it_is(store: Store):
    layer = zstandard.compress(b"a layer as a registry had it")
    files = oci(layers=(layer,), layer_type="application/vnd.oci.image.layer.v1.tar+zstd")

    stored = export(store, engine(files), "me/it:1")

    assert [sha(layer)] == [blob.digest for blob in stored.manifest.layers]


def test_an_engine_s_image_for_another_machine_is_named_and_nothing_of_it_is_taken(store: Store, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    other = CONFIG.replace(b"amd64", b"s390x")
    both = [oci(), oci(other, name="docker.io/me/other:1")]
    entries = [json.loads(files["index.json"])["manifests"][0] for files in both]
    files = both[1] | both[0] | {"index.json": json.dumps({"manifests": entries}).encode()}

    with pytest.raises(
        LabError, match=r"entry 2 \(docker.io/me/other:1\): is for linux/s390x, but this host is"
    ):
        export_.export(store, engine(files), ["me/it:1", "me/other:1"], say=print)


def test_several_images_are_taken_out_at_once_and_only_those_that_are_not_there(store: Store):
    here, there, new = "me/here:1", "me/it:1", "gcr.io/me/new:1"
    ids = {here: sha(CONFIG + b" "), there: ID, new: sha(CONFIG + b"\n")}
    files = {
        here: oci(CONFIG + b" ", name="docker.io/me/here:1"),
        there: oci(),
        new: oci(CONFIG + b"\n", name=new),
    }
    asked: list[tuple[str, ...]] = []

    def answer(argv: tuple[str, ...]):
        if argv[0] == "docker":
            return completed("".join(f"{ids[name]} {' '.join(map(sha, LAYERS))}\n" for name in argv[5:]))
        asked.append(argv[8:])
        both = [json.loads(files[name]["index.json"])["manifests"][0] for name in argv[8:]]
        whole = {path: content for name in argv[8:] for path, content in files[name].items()}
        for path, content in {**whole, "index.json": json.dumps({"manifests": both}).encode()}.items():
            (Path(argv[6]) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(argv[6]) / path).write_bytes(content)
        return completed()

    export(store, FakeShell(answer), here)
    made = export_.export(store, FakeShell(answer), [new, here, there], say=print)

    assert asked == [(here,), (new, there)]
    assert {name: stored.manifest.config.digest for name, stored in made.items()} == ids
    assert all(store.find(one) for one in ids.values())


def test_a_layer_that_is_there_is_not_written_again(store: Store):
    other = oci(config=CONFIG + b" ", layers=LAYERS[:1], name="docker.io/me/other:1")
    export(store, engine(other, identity=sha(CONFIG + b" ")), "me/other:1")
    shell = engine(oci())
    seen: list[str] = []
    inner = shell.answer
    shell.answer = lambda argv: (argv[0] == "bash" and seen.append(Path(argv[7]).read_text()), inner(argv))[1]

    export(store, shell, "me/it:1")

    assert [f"blobs/{sha(LAYERS[0]).replace(':', '/')}\n"] == seen


def test_a_half_done_export_does_not_count(store: Store):
    missing = f"blobs/{sha(LAYERS[1]).replace(':', '/')}"
    with pytest.raises(LabError, match="lacks a part"):
        export(store, engine(oci(), cut=missing), "me/it:1")

    assert store.find(ID) is None
    assert export(store, engine(oci()), "me/it:1").manifest.config.digest == ID
    assert store.find(ID) is not None


def test_an_image_that_lost_a_file_is_exported_again(store: Store):
    shell = engine(oci())
    store.path(export(store, shell, "me/it:1").manifest.layers[1].digest).write_bytes(b"cut")

    export(store, shell, "me/it:1")

    assert saves(shell) == 2
    assert plain(store, export(store, shell, "me/it:1")) == list(LAYERS)


def test_a_blob_that_is_not_what_its_name_says_is_refused(store: Store):
    files = oci()
    files[f"blobs/{sha(LAYERS[0]).replace(':', '/')}"] = b"other bytes"

    with pytest.raises(LabError, match="damaged"):
        export(store, engine(files), "me/it:1")


def test_what_the_engine_lacks_is_said_plainly_and_nothing_is_taken_out(store: Store):
    said = "Error: No such image: me/it\nError: No such image: me/that:2\n"
    shell = FakeShell(lambda _: completed(f"{ID}\n", stderr=said, exit_code=1))

    with pytest.raises(NoImage, match="no image me/it, me/that:2; ") as caught:
        export_.export(store, shell, ["me/it", "me/here", "me/that:2"], say=print)

    assert caught.value.references == ("me/it", "me/that:2")
    assert saves(shell) == 0


def test_a_full_disk_is_named_and_another_failure_shows_the_command(store: Store):
    def failing(said: str) -> FakeShell:
        inner = engine(oci()).answer
        return FakeShell(
            lambda argv: completed(stderr=said, exit_code=1, argv=argv) if argv[0] == "bash" else inner(argv)
        )

    with pytest.raises(LabError, match="the disk is full"):
        export(store, failing("write /x: no space left on device"), "me/it:1")
    with pytest.raises(CommandFailed, match="docker save"):
        export(store, failing("something else"), "me/it:1")


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
@pytest.mark.parametrize("form", [oci, saved])
def test_a_user_s_archive_is_read_in_every_form(store: Store, tmp_path: Path, mode: str, form):
    images = read_archive(store, write_tar(tmp_path / "a", form(), mode=mode), architecture="amd64")

    (stored,) = images.values()
    assert [sha(CONFIG), *map(sha, LAYERS)] == [blob.digest for blob in stored.manifest.blobs]
    assert stored == store.find(ID)


def test_an_older_archive_gets_the_same_manifest_every_time(tmp_path: Path):
    archive = write_tar(tmp_path / "a", saved())
    one, other = Store(tmp_path / "1"), Store(tmp_path / "2")

    digests = [
        read_archive(each, archive, architecture="amd64")["docker.io/me/it:1"].digest for each in (one, other)
    ]

    assert digests[0] == digests[1]


def test_equal_layers_are_links_in_older_archives(store: Store, tmp_path: Path):
    files = saved(layers=(LAYERS[0], b""))
    del files["1/layer.tar"]
    archive = write_tar(tmp_path / "a", files, links={"1/layer.tar": "../0/layer.tar"})

    stored = read_archive(store, archive, architecture="amd64")["docker.io/me/it:1"]

    assert [sha(LAYERS[0])] * 2 == [layer.digest for layer in stored.manifest.layers]


def test_a_link_out_of_the_archive_leads_nowhere(store: Store, tmp_path: Path):
    (tmp_path / "secret").write_bytes(b"secret")
    files = saved(layers=(b"",))
    del files["0/layer.tar"]
    archive = write_tar(tmp_path / "a", files, links={"0/layer.tar": str(tmp_path / "secret")})

    with pytest.raises(LabError, match=r"lacks a part, 0/layer\.tar"):
        read_archive(store, archive, architecture="amd64")


def test_compressed_layers_are_called_so(store: Store, tmp_path: Path):
    files = saved(layers=(b"\x1f\x8b compressed", b"plain"))

    stored = read_archive(store, write_tar(tmp_path / "a", files), architecture="amd64")["docker.io/me/it:1"]

    assert [layer.media_type for layer in stored.manifest.layers] == [
        "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar",
    ]


@pytest.mark.parametrize("form", [oci, saved])
def test_an_image_for_another_machine_is_refused(store: Store, tmp_path: Path, form):
    archive = write_tar(tmp_path / "a.tar", form(config=b'{"architecture":"arm64","os":"linux"}'))

    with pytest.raises(LabError, match="is for linux/arm64, but this host is linux/amd64"):
        read_archive(store, archive, architecture="amd64")
    assert read_archive(store, archive, architecture="arm64")


def test_of_several_platforms_this_host_s_is_taken(store: Store, tmp_path: Path):
    other = b'{"architecture":"arm64","os":"linux"}'
    both = [oci(), oci(config=other, layers=(b"for another",))]
    inner = [json.loads(files["index.json"])["manifests"][0] for files in both]
    for entry, architecture in zip(inner, ("amd64", "arm64"), strict=True):
        entry["platform"] = {"architecture": architecture, "os": "linux"}
    index = json.dumps({"manifests": inner}).encode()
    outer = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": sha(index), "size": len(index)}
    outer["annotations"] = {"io.containerd.image.name": "docker.io/me/it:1"}
    files = {**both[0], f"blobs/{sha(index).replace(':', '/')}": index}
    files["index.json"] = json.dumps({"manifests": [outer]}).encode()

    images = read_archive(store, write_tar(tmp_path / "a", files), architecture="amd64")

    assert images["docker.io/me/it:1"].manifest.config.digest == ID


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_a_truncated_archive_is_told_from_a_file_that_is_none(store: Store, tmp_path: Path, mode: str):
    whole = write_tar(tmp_path / "a", oci(layers=(bytes(range(256)) * 4000,)), mode=mode).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text").write_text("not an archive " * 100)

    with pytest.raises(LabError, match=r"cut: (ends too early|lacks a part|holds no image)"):
        read_archive(store, tmp_path / "cut", architecture="amd64")
    with pytest.raises(LabError, match="text: is no image archive"):
        read_archive(store, tmp_path / "text", architecture="amd64")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"etc/passwd": b"x"}, "holds no image"),
        ({"index.json": b"{"}, "index.json is not as it should be"),
        ({"manifest.json": b'[{"Config": "c.json", "Layers": []}]'}, "lacks a part, c.json"),
        ({"index.json": b'{"manifests": []}'}, "holds no image: index.json lists nothing"),
    ],
)
def test_an_archive_without_an_image_is_one_clear_error(store: Store, tmp_path: Path, files, said: str):
    with pytest.raises(LabError, match=said):
        read_archive(store, write_tar(tmp_path / "a", files), architecture="amd64")


def test_an_archive_that_is_not_there_is_one_too(store: Store, tmp_path: Path):
    with pytest.raises(LabError, match="no such file"):
        read_archive(store, tmp_path / "gone.tar")


def test_a_loaded_archive_stands_before_the_engine_s_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    archive = write_tar(tmp_path / "a", saved(config=CONFIG + b" ", layers=(b"real",)))

    assert front.load_archive(archive, cache=tmp_path) == ["docker.io/me/it:1"]
    shell, store = engine(oci(name="docker.io/me/other:1")), front.open_store(tmp_path)
    real = have(store, shell, "me/it:1")
    built = have(store, shell, "me/other:1")

    assert [sha(b"real")] == [layer.digest for layer in real.manifest.layers]
    assert plain(store, built) == list(LAYERS)
    assert [(row.reference, row.loaded) for row in front.listing(tmp_path)] == [
        ("docker.io/me/it:1", True),
        ("docker.io/me/other:1", False),
    ]


def test_an_empty_store_lists_nothing(tmp_path: Path):
    assert front.listing(tmp_path) == []


def test_a_disk_that_refuses_is_one_clear_error(tmp_path: Path):
    (tmp_path / "oci").write_text("a file where the store should be")

    with pytest.raises(LabError, match=r"image store .*oci cannot be written"):
        have(front.open_store(tmp_path), engine(oci()), "me/it:1")


@pytest.mark.parametrize("form", [oci, saved])
def test_of_a_refused_archive_nothing_is_left(store: Store, tmp_path: Path, form):
    other = form(config=CONFIG.replace(b"amd64", b"s390x"))

    with pytest.raises(LabError, match="linux/s390x, but this host is linux/amd64"):
        read_archive(store, write_tar(tmp_path / "a.tar", other), architecture="amd64")

    assert [file for file in store.root.rglob("*") if file.is_file()] == []


def test_a_refused_archive_takes_nothing_away_that_was_there(store: Store, tmp_path: Path):
    read_archive(store, write_tar(tmp_path / "a.tar", oci()), architecture="amd64")
    there = sorted(store.root.rglob("*"))

    other = oci(config=CONFIG.replace(b"amd64", b"s390x"))
    with pytest.raises(LabError, match="s390x"):
        read_archive(store, write_tar(tmp_path / "b.tar", other), architecture="amd64")

    assert sorted(store.root.rglob("*")) == there
