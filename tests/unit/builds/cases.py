"""The corpus: one case a line of what archives hold."""

from __future__ import annotations

import base64
import bz2
import hashlib
import json
import lzma
import tarfile

import zstandard

from tests.unit.builds import corpus
from tests.unit.builds.corpus import (
    ALIEN,
    ANY,
    BELIEVED,
    COPIES,
    DOCKER,
    LAST,
    LATER,
    NAME,
    NAMELESS,
    OCI,
    PACKED,
    REPOSITORY,
    SHORT,
    TAG,
    UNSEEN,
    WHOLE,
    Case,
    artifact,
    blob,
    descriptor,
    image,
    index,
    layer,
    layout,
    link,
    saved,
    sha,
    tarred,
    zipped,
)

AMD, ARM, WINDOWS, OLD = image(), image("arm", "arm64"), image("w", "amd64", "windows"), image("386", "386")
SECOND = image("second")
SIGNATURE = artifact("application/vnd.dev.cosign.simplesigning.v1+json")
BUILT = artifact("application/vnd.in-toto+json", content=b'{"_type": "https://in-toto.io/Statement/v0.1"}')
CHART = artifact(
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/vnd.cncf.helm.config.v1+json"
)
BOTH = index(AMD, ARM)
PART_AMD, PART_ARM = image("part"), image("other part", "arm64")
PART = index(PART_AMD, PART_ARM)
POINTED_AMD = image("pointed at")
POINTED = index(POINTED_AMD, ARM)
UNKNOWN = {"platform": {"architecture": "unknown", "os": "unknown"}}
BUILT_ENTRY = descriptor(BUILT.document, BUILT.media_type, **UNKNOWN) | {
    "annotations": {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": AMD.digest,
    }
}
ATTESTED = index(AMD, BUILT, entries=[AMD.entry(), BUILT_ENTRY])
DEEP = index(index(ARM), index(index(AMD)))
ONE = layout((AMD, AMD.entry(NAME)))
LONG = f"{'r' * 60}.corpus.test/" + "/".join(["p" * 40] * 4) + ":1"


def hauled(
    kind: str, made: corpus.Made, name: str = NAME, root: str = "dev.cosignproject.cosign"
) -> tuple[corpus.Made, dict[str, object]]:
    return made, made.entry(
        name, kind=f"{root}/{kind}", **{"org.opencontainers.image.ref.name": name.partition("/")[2]}
    )


def without(files: dict[str, bytes], *gone: corpus.Made) -> dict[str, bytes]:
    away = {path for one in gone for path in one.blobs}
    return {path: content for path, content in files.items() if path not in away}


def two(pack) -> bytes:
    whole = tarred(ONE)
    return pack(whole[:5000]) + pack(whole[5000:])


def zstd(content: bytes) -> bytes:
    return zstandard.compress(content)


def refnamed(made: corpus.Made, name: str) -> tuple[corpus.Made, dict[str, object]]:
    return made, made.entry(None, **{"org.opencontainers.image.ref.name": name})


def short() -> corpus.Made:
    whole = image("short", layers=2)
    manifest = json.loads(whole.document)
    document = json.dumps(manifest | {"layers": manifest["layers"][:1]}).encode()
    return corpus.Made(document, whole.media_type, whole.blobs | blob(document))


def lazy() -> corpus.Made:
    """Two layers, each with what lets a snapshotter fetch it in pieces."""
    whole = image("lazy", layers=2)
    manifest = json.loads(whole.document)
    manifest["layers"][0]["annotations"] = {"containerd.io/snapshot/stargz/toc.digest": sha(b"toc")}
    manifest["layers"][1]["annotations"] = {
        "io.github.containers.zstd-chunked.manifest-checksum": sha(b"toc"),
        "io.github.containers.zstd-chunked.manifest-position": "1:2:3:1",
    }
    document = json.dumps(manifest).encode()
    return corpus.Made(document, whole.media_type, whole.blobs | blob(document), whole.platform)


def schema1() -> tuple[corpus.Made, dict[str, object]]:
    document = json.dumps(
        {"schemaVersion": 1, "name": "me/it", "tag": "1", "fsLayers": [], "history": []}
    ).encode()
    made = corpus.Made(document, DOCKER + "distribution.manifest.v1+prettyjws", blob(document))
    return made, made.entry(NAME)


def sha512() -> tuple[corpus.Made, dict[str, object]]:
    digest = "sha512:" + hashlib.sha512(AMD.document).hexdigest()
    return AMD, AMD.entry(NAME) | {"digest": digest}


def inline() -> tuple[corpus.Made, dict[str, object]]:
    empty = {"mediaType": OCI[:-6] + "empty.v1+json", "digest": sha(b"{}"), "size": 2, "data": "e30="}
    document = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": OCI + "manifest.v1+json",
            "artifactType": "application/vnd.example.notes",
            "config": empty,
            "layers": [empty | {"data": base64.b64encode(b"{}").decode()}],
        }
    ).encode()
    made = corpus.Made(document, OCI + "manifest.v1+json", blob(document))
    return made, made.entry("corpus.test/me/notes:1") | {"artifactType": "application/vnd.example.notes"}


def listed(made: corpus.Made) -> dict[str, bytes]:
    """A manifest.json of what lies in the layout."""
    config = next(path for path, content in made.blobs.items() if b"rootfs" in content)
    layers = [path for path, content in made.blobs.items() if content.startswith(b"\x1f\x8b")]
    return {"manifest.json": json.dumps([{"Config": config, "RepoTags": [NAME], "Layers": layers}]).encode()}


KEPT_BACK = image("kept back", layer_type=DOCKER + "image.rootfs.foreign.diff.tar.gzip")
PLAIN = image("plain", pack=bytes, layer_type=OCI + "layer.v1.tar")
GONE, HALF, OTHER = image("gone"), image("half"), image("other bytes")
BESIDE = "containerd does not read manifest.json beside index.json"


CASES = [
    # what an OCI archive holds
    Case("oci", tarred(ONE), {NAME: AMD.digest}),
    Case(
        "docker media types",
        tarred(
            layout(
                (
                    found := image(
                        "d",
                        manifest_type=DOCKER + "distribution.manifest.v2+json",
                        config_type=DOCKER + "container.image.v1+json",
                        layer_type=DOCKER + "image.rootfs.diff.tar.gzip",
                    ),
                    found.entry(NAME),
                )
            )
        ),
        {NAME: found.digest},
    ),
    Case(
        "no mediaType in the manifest",
        tarred(layout((found := image("n", without_type=True), found.entry(NAME)))),
        {NAME: found.digest},
    ),
    Case(
        "plain layers",
        tarred(layout((found := image("p", pack=bytes, layer_type=OCI + "layer.v1.tar"), found.entry(NAME)))),
        {NAME: found.digest},
    ),
    Case(
        "zstd layers",
        tarred(
            layout((found := image("z", pack=zstd, layer_type=OCI + "layer.v1.tar+zstd"), found.entry(NAME)))
        ),
        {NAME: found.digest},
    ),
    Case(
        "foreign layers that are there",
        tarred(
            layout(
                (
                    found := image("f", layer_type=OCI + "layer.nondistributable.v1.tar+gzip"),
                    found.entry(NAME),
                )
            )
        ),
        {NAME: found.digest},
    ),
    Case(
        "foreign layers that were left out",
        tarred(
            {
                name: content
                for name, content in layout((KEPT_BACK, KEPT_BACK.entry(NAME))).items()
                if not content.startswith(b"\x1f\x8b")
            }
        ),
        says=("may not be passed on, and so was left out",),
        ctr=UNSEEN,
    ),
    Case(
        "foreign layers that were left out, beside another image",
        tarred(
            {
                name: content
                for name, content in layout(
                    (KEPT_BACK, KEPT_BACK.entry(NAME)), (PLAIN, PLAIN.entry("corpus.test/me/other:2"))
                ).items()
                if not content.startswith(b"\x1f\x8b")
            }
        ),
        {"corpus.test/me/other:2": PLAIN.digest},
        says=("may not be passed on, and so was left out",),
        ctr=UNSEEN,
        docker=LATER,
    ),
    Case(
        "layers with a table of contents (eStargz, zstd:chunked)",
        tarred(layout((found := lazy(), found.entry(NAME)))),
        {NAME: found.digest},
    ),
    Case(
        "no layers",
        tarred(layout((found := image("none", layers=0), found.entry(NAME)))),
        {NAME: found.digest},
    ),
    Case(
        "three layers",
        tarred(layout((found := image("three", layers=3), found.entry(NAME)))),
        {NAME: found.digest},
    ),
    Case("members in another order", tarred(dict(reversed(ONE.items()))), {NAME: AMD.digest}),
    Case(
        "./ before every name",
        tarred({f"./{name}": content for name, content in ONE.items()}),
        {NAME: AMD.digest},
    ),
    Case(
        "blobs under other names",
        tarred({name.replace("blobs/sha256/", "b/"): content for name, content in ONE.items()}),
        {NAME: AMD.digest},
    ),
    Case("GNU headers", tarred(ONE, form=tarfile.GNU_FORMAT), {NAME: AMD.digest}),
    Case("pax headers", tarred(ONE | {"x" * 300: b"a long name"}), {NAME: AMD.digest}),
    Case(
        "whitespace in JSON",
        tarred(ONE | {"index.json": b"\n\t " + ONE["index.json"] + b"\n\n"}),
        {NAME: AMD.digest},
    ),
    Case(
        "a byte order mark",
        tarred(ONE | {"index.json": b"\xef\xbb\xbf" + ONE["index.json"]}),
        says=("index.json is not as it should be",),
    ),
    Case(
        "a schema 1 manifest",
        tarred(layout(schema1())),
        says=("schema 1",),
        ctr=ALIEN,
    ),
    Case("sha512", tarred(layout(sha512())), says=("sha512",), docker=LATER),
    Case(
        "an encrypted layer",
        tarred(
            layout((found := image("e", layer_type=OCI + "layer.v1.tar+gzip+encrypted"), found.entry(NAME)))
        ),
        says=("encrypted",),
        ctr=ALIEN,
        skopeo=COPIES,
    ),
    Case(
        "fewer layers than the config counts",
        tarred(layout((found := short(), found.entry(NAME)))),
        says=("an image of 1 layers whose config counts 2",),
        ctr=UNSEEN,
        skopeo=COPIES,
    ),
    Case(
        "fewer layers in manifest.json than the config counts",
        tarred(
            saved(NAME) | {"manifest.json": saved(NAME)["manifest.json"].replace(b', "1/layer.tar"', b"")}
        ),
        says=("an image of 1 layers whose config counts 2",),
        ctr=UNSEEN,
    ),
    # several under one name
    Case(
        "an image and its signature (a haul)",
        tarred(layout(hauled("image", AMD), hauled("sigs", SIGNATURE))),
        {NAME: AMD.digest},
        ("entry 2 (corpus.test/me/it:1): a cosign signature; left aside",),
        ctr=LAST,
        docker=LAST,
    ),
    Case(
        "the signature first",
        tarred(layout(hauled("sigs", SIGNATURE), hauled("image", AMD))),
        {NAME: AMD.digest},
        ("entry 1 (corpus.test/me/it:1): a cosign signature",),
    ),
    Case(
        "a haul of today",
        tarred(
            layout(
                hauled("imageIndex", BOTH, root="dev.hauler"),
                hauled("sigs", SIGNATURE, root="dev.hauler"),
                hauled("atts", BUILT, root="dev.hauler"),
                hauled("sboms", BUILT, root="dev.hauler"),
                hauled(f"referrers/{'0' * 64}", SIGNATURE, root="dev.hauler"),
            )
        ),
        {NAME: BOTH.digest},
        ("a cosign signature", "a cosign attestation", "an SBOM", "refers to an image"),
        ctr=LAST,
        docker=LAST,
    ),
    Case(
        "a signature that only its layers tell",
        tarred(layout((AMD, AMD.entry(NAME)), (SIGNATURE, SIGNATURE.entry(NAME)))),
        {NAME: AMD.digest},
        ("a cosign signature",),
        ctr=LAST,
        docker=LAST,
    ),
    Case(
        "two platforms, flat",
        tarred(layout((AMD, AMD.entry(NAME)), (ARM, ARM.entry(NAME)))),
        {NAME: AMD.digest},
        ("entry 2 (corpus.test/me/it:1): is for linux/arm64",),
        ctr=LAST,
        docker=LAST,
    ),
    Case(
        "two platforms, flat, ours last",
        tarred(layout((ARM, ARM.entry(NAME)), (AMD, AMD.entry(NAME)))),
        {NAME: AMD.digest},
        ("entry 1 (corpus.test/me/it:1): is for linux/arm64",),
    ),
    Case(
        "an image and a build's attestation, flat",
        tarred(
            layout(
                (AMD, AMD.entry(NAME)),
                (
                    BUILT,
                    BUILT_ENTRY
                    | {"annotations": BUILT_ENTRY["annotations"] | {"io.containerd.image.name": NAME}},
                ),
            )
        ),
        {NAME: AMD.digest},
        ("an attestation of a build",),
        ctr=LAST,
        docker=LAST,
    ),
    Case(
        "386 and amd64 under one name",
        tarred(layout((AMD, AMD.entry(NAME)), (OLD, OLD.entry(NAME)))),
        {NAME: AMD.digest},
        ("is there twice; index.json, entry 1 is taken",),
        ctr=LAST,
        docker=LAST,
    ),
    Case(
        "two images under one name",
        tarred(layout((AMD, AMD.entry(NAME)), (SECOND, SECOND.entry(NAME)))),
        {NAME: SECOND.digest},
        ("entry 1 (corpus.test/me/it:1): corpus.test/me/it:1 is there twice; index.json, entry 2 is taken",),
    ),
    Case(
        "one image twice", tarred(layout((AMD, AMD.entry(NAME)), (AMD, AMD.entry(NAME)))), {NAME: AMD.digest}
    ),
    Case(
        "two names of one image",
        tarred(layout((AMD, AMD.entry(NAME)), (AMD, AMD.entry("corpus.test/me/other:2")))),
        {NAME: AMD.digest, "corpus.test/me/other:2": AMD.digest},
    ),
    # platforms
    Case(
        "another platform",
        tarred(layout((ARM, ARM.entry(NAME)))),
        says=("is for linux/arm64, but this host is linux/amd64",),
        docker=ALIEN,
        skopeo=COPIES,
    ),
    Case(
        "a Windows image",
        tarred(layout((WINDOWS, WINDOWS.entry(NAME)))),
        says=("is for windows/amd64",),
        docker=ALIEN,
        skopeo=COPIES,
    ),
    Case(
        "an image that only its config says is another's",
        tarred(layout((ARM, ARM.entry(NAME) | {"platform": {"architecture": "amd64", "os": "linux"}}))),
        says=("is for linux/arm64",),
        ctr=ALIEN,
        docker=ALIEN,
        skopeo=COPIES,
    ),
    Case("386, which amd64 runs", tarred(layout((OLD, OLD.entry(NAME)))), {NAME: OLD.digest}),
    Case(
        "amd64/v3",
        tarred(layout((found := image("v3", variant="v3"), found.entry(NAME)))),
        says=("is for linux/amd64/v3",),
        docker=ALIEN,
        skopeo=COPIES,
    ),
    # indexes
    Case("an index of two platforms", tarred(layout((BOTH, BOTH.entry(NAME)))), {NAME: BOTH.digest}),
    Case(
        "an index with an attestation",
        tarred(layout((ATTESTED, ATTESTED.entry(NAME)))),
        {NAME: ATTESTED.digest},
    ),
    Case(
        "an index, of which one platform is there",
        tarred(without(layout((PART, PART.entry(NAME))), PART_ARM)),
        {NAME: PART_AMD.digest},
        ("not all of it is here",),
        ctr=WHOLE,
        docker=WHOLE,
    ),
    Case(
        "an index, of which only the other platform is there",
        tarred(without(layout((PART, PART.entry(NAME))), PART_AMD)),
        says=("of linux/amd64 it has the digest alone",),
        docker=ALIEN,
    ),
    Case("an index within an index", tarred(layout((DEEP, DEEP.entry(NAME)))), {NAME: DEEP.digest}),
    Case(
        "an index of nothing",
        tarred(layout((found := index(), found.entry(NAME)))),
        says=("an index of nothing",),
        ctr=ANY,
        docker=ANY,
    ),
    Case(
        "an index without ours",
        tarred(layout((found := index(ARM, WINDOWS), found.entry(NAME)))),
        says=("is for linux/arm64, windows/amd64",),
        ctr=ALIEN,
        docker=ALIEN,
    ),
    Case(
        "a Docker manifest list",
        tarred(
            layout(
                (
                    found := index(AMD, ARM, media_type=DOCKER + "distribution.manifest.list.v2+json"),
                    found.entry(NAME),
                )
            )
        ),
        {NAME: found.digest},
    ),
    Case(
        "a manifest called an index",
        tarred(layout((AMD, AMD.entry(NAME) | {"mediaType": OCI + "index.v1+json"}))),
        says=("called a manifest and an index at once",),
    ),
    # names
    Case(
        "a name by digest",
        tarred(layout((AMD, AMD.entry(f"{REPOSITORY}@{AMD.digest}")))),
        {f"{REPOSITORY}@{AMD.digest}": AMD.digest},
    ),
    Case(
        "a name by tag and digest",
        tarred(layout((AMD, AMD.entry(f"{NAME}@{AMD.digest}")))),
        {f"{NAME}@{AMD.digest}": AMD.digest},
    ),
    Case(
        "an index by its digest, its manifests by theirs",
        tarred(
            layout(
                (BOTH, BOTH.entry(f"{REPOSITORY}@{BOTH.digest}")),
                (AMD, AMD.entry(f"{REPOSITORY}@{AMD.digest}")),
                (ARM, ARM.entry(f"{REPOSITORY}@{ARM.digest}")),
            )
        ),
        {f"{REPOSITORY}@{BOTH.digest}": BOTH.digest, f"{REPOSITORY}@{AMD.digest}": AMD.digest},
        ("is for linux/arm64",),
        ctr=ALIEN,
        docker=ALIEN,
    ),
    Case(
        "an index by its manifest's digest",
        tarred(layout((POINTED, POINTED.entry(f"{REPOSITORY}@{POINTED_AMD.digest}")))),
        {f"{REPOSITORY}@{POINTED_AMD.digest}": POINTED_AMD.digest},
        ctr=BELIEVED,
        docker=BELIEVED,
    ),
    Case(
        "an index by its digest, and not all of it",
        tarred(without(layout((PART, PART.entry(f"{REPOSITORY}@{PART.digest}"))), PART_ARM)),
        says=("so that no registry takes it",),
        ctr=WHOLE,
        docker=WHOLE,
        skopeo=NAMELESS,
    ),
    Case(
        "another digest in the name",
        tarred(layout((AMD, AMD.entry(f"{REPOSITORY}@{SECOND.digest}")))),
        says=("the name says another digest than it has",),
        ctr=BELIEVED,
        docker=BELIEVED,
        skopeo=NAMELESS,
    ),
    Case("a long name", tarred(layout((AMD, AMD.entry(LONG)))), {LONG: AMD.digest}),
    Case(
        "Docker's short name",
        tarred(layout((AMD, AMD.entry("plant-agent:2.4")))),
        {"docker.io/library/plant-agent:2.4": AMD.digest},
        ctr=BELIEVED,
        docker=SHORT,
    ),
    Case(
        "ref.name without a registry",
        tarred(layout(refnamed(AMD, "plant-agent:2.4"))),
        {"docker.io/library/plant-agent:2.4": AMD.digest},
        ctr=BELIEVED,
        docker=SHORT,
    ),
    Case("ref.name with all", tarred(layout(refnamed(AMD, NAME))), {NAME: AMD.digest}),
    Case(
        "ref.name is a tag",
        tarred(layout(refnamed(AMD, "2.4"))),
        says=("its name is a tag alone, 2.4; `lab images load FILE --as NAME` gives it one",),
        ctr=TAG,
        docker=TAG,
        skopeo=NAMELESS,
    ),
    Case("no name", tarred(layout((AMD, AMD.entry()))), says=("it has no name",), skopeo=NAMELESS),
    Case(
        "no name in index.json, one in manifest.json",
        tarred(layout((AMD, AMD.entry())) | listed(AMD)),
        {NAME: AMD.digest},
        ctr=BESIDE,
        docker=BESIDE,
    ),
    Case(
        "a name that is none",
        tarred(layout((AMD, AMD.entry("corpus.test/Me/It:1")))),
        says=("a repository's name is in lower case",),
        ctr=BELIEVED,
        docker=BELIEVED,
        skopeo=NAMELESS,
    ),
    # what is no image
    Case(
        "a Helm chart beside an image",
        tarred(layout((AMD, AMD.entry(NAME)), (CHART, CHART.entry("corpus.test/charts/it:1.0.0")))),
        {NAME: AMD.digest},
        ("(corpus.test/charts/it:1.0.0): a Helm chart; left aside",),
        ctr=ANY,
        docker=ANY,
    ),
    Case(
        "a Helm chart alone",
        tarred(layout((CHART, CHART.entry(NAME)))),
        says=("a Helm chart",),
        ctr=ANY,
        docker=ANY,
        skopeo=COPIES,
    ),
    Case(
        "an artifact of inline data beside an image",
        tarred(layout((AMD, AMD.entry(NAME)), inline())),
        {NAME: AMD.digest},
        ("an artifact of type application/vnd.example.notes",),
        ctr=ANY,
        docker=ANY,
    ),
    Case(
        "an SBOM of ORAS",
        tarred(
            layout(
                (AMD, AMD.entry(NAME)),
                (
                    found := artifact("application/spdx+json", "application/vnd.unknown.config.v1+json"),
                    found.entry("corpus.test/me/sbom:1"),
                ),
            )
        ),
        {NAME: AMD.digest},
        ("an SBOM",),
        ctr=ANY,
        docker=ANY,
    ),
    Case(
        "a layer in index.json",
        tarred(
            layout(
                (AMD, AMD.entry(NAME)),
                (
                    corpus.Made(b"text", "text/plain", blob(b"text")),
                    descriptor(
                        b"text",
                        "text/plain",
                        annotations={"io.containerd.image.name": "corpus.test/me/text:1"},
                    ),
                ),
            )
        ),
        {NAME: AMD.digest},
        ("entry 2 (corpus.test/me/text:1): ",),
        ctr=ANY,
    ),
    # Docker's own form
    Case("docker save", tarred(saved("corpus.test/me/it:1")), {NAME: None}),
    Case(
        "docker save of a short name",
        tarred(saved("plant-agent:2.4")),
        {"docker.io/library/plant-agent:2.4": None},
    ),
    Case(
        "ggcr's file names",
        tarred(
            saved(
                NAME,
                config_name=f"sha256:{'a' * 64}",
                layer_names=("1.tar.gz", "2.tar.gz"),
                pack=zipped,
            )
        ),
        {NAME: None},
    ),
    Case("two names", tarred(saved(NAME, "corpus.test/me/it:2")), {NAME: None, "corpus.test/me/it:2": None}),
    Case("no name in manifest.json", tarred(saved()), says=("it has no name",), skopeo=NAMELESS),
    Case(
        "manifest.json for Windows",
        tarred(saved(NAME, system="windows")),
        says=("is for windows/amd64",),
        docker=ALIEN,
        skopeo=COPIES,
    ),
    Case(
        "manifest.json for another machine",
        tarred(saved(NAME, architecture="s390x")),
        says=("is for linux/s390x",),
        docker=ALIEN,
        skopeo=COPIES,
    ),
    Case(
        "layers in another order",
        tarred(
            saved(NAME, layers=("first", "last"))
            | {"0/layer.tar": layer("last"), "1/layer.tar": layer("first")}
        ),
        says=("is not the one that its config lists there",),
        ctr=UNSEEN,
    ),
    Case(
        "equal layers as symbolic links",
        tarred(
            {
                name: content
                for name, content in saved(NAME, layers=("one", "one")).items()
                if name != "1/layer.tar"
            },
            extra=[link("1/layer.tar", "../0/layer.tar")],
        ),
        {NAME: None},
    ),
    Case(
        "equal layers as hard links",
        tarred(
            {
                name: content
                for name, content in saved(NAME, layers=("one", "one")).items()
                if name != "1/layer.tar"
            },
            extra=[link("1/layer.tar", "0/layer.tar", tarfile.LNKTYPE)],
        ),
        {NAME: None},
        ctr="containerd does not follow hard links",
        docker="containerd does not follow hard links",
    ),
    Case(
        "manifests: null beside manifest.json (Docker 25.0)",
        tarred(
            saved(NAME)
            | {
                "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
                "index.json": b'{"schemaVersion": 2, "manifests": null}',
            }
        ),
        {NAME: None},
        ctr="containerd reads index.json alone",
        docker="containerd reads index.json alone",
    ),
    Case(
        "manifests: null alone",
        tarred(
            {
                "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
                "index.json": b'{"schemaVersion": 2, "manifests": null}',
            }
        ),
        says=("holds no image: index.json lists nothing",),
    ),
    Case(
        "a digest in manifest.json",
        tarred(saved(f"{REPOSITORY}@{AMD.digest}", NAME)),
        {NAME: None},
        ("manifest.json keeps no digests",),
        ctr=BELIEVED,
        docker=BELIEVED,
    ),
    Case(
        "before Docker 1.10",
        tarred({"repositories": b"{}", f"{'a' * 64}/json": b"{}", f"{'a' * 64}/layer.tar": layer("x")}),
        says=("Docker before 1.10",),
    ),
    Case("docker export", tarred({"etc/hostname": b"x"}), says=("docker export",)),
    # compression
    *(
        Case(
            kind,
            pack(tarred(ONE)),
            {NAME: AMD.digest},
            ctr=PACKED,
        )
        for kind, pack in (
            ("gzip", zipped),
            ("bzip2", bz2.compress),
            ("xz", lzma.compress),
            ("zstd", zstd),
        )
    ),
    *(
        Case(
            f"{kind}, two streams",
            two(pack),
            {NAME: AMD.digest},
            ctr=PACKED,
        )
        for kind, pack in (
            ("gzip", zipped),
            ("bzip2", bz2.compress),
            ("xz", lzma.compress),
            ("zstd", zstd),
        )
    ),
    Case(
        "zstd after a skippable frame",
        b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + zstd(tarred(ONE)),
        {NAME: AMD.digest},
        ctr=PACKED,
    ),
    # hostile ones
    Case(
        "a path that climbs",
        tarred(
            ONE,
            extra=[
                (tarfile.TarInfo("../../../tmp/lab-climbed"), b"x"),
                (tarfile.TarInfo("/tmp/lab-climbed"), b"x"),
            ],
        ),
        {NAME: AMD.digest},
    ),
    Case(
        "a link out of the archive",
        tarred(
            {name: content for name, content in saved(NAME).items() if name != "0/layer.tar"},
            extra=[link("0/layer.tar", "/etc/passwd")],
        ),
        says=("lacks a part, 0/layer.tar",),
    ),
    Case(
        "a link to itself",
        tarred(
            {name: content for name, content in saved(NAME).items() if name != "0/layer.tar"},
            extra=[link("0/layer.tar", "layer.tar")],
        ),
        says=("lacks a part, 0/layer.tar",),
    ),
    Case(
        "a layer that is not there",
        tarred(
            {
                name: content
                for name, content in layout((GONE, GONE.entry(NAME))).items()
                if not content.startswith(b"\x1f\x8b")
            }
        ),
        says=("lacks a part, sha256:",),
        ctr=UNSEEN,
    ),
    Case(
        "a manifest that is not there",
        tarred(
            {
                name: content
                for name, content in layout((HALF, HALF.entry(NAME))).items()
                if content != HALF.document
            }
        ),
        says=("lacks a part, sha256:",),
        docker=LATER,
    ),
    Case(
        "a part with other bytes",
        tarred(
            {
                name: (content + b" " if content == OTHER.document else content)
                for name, content in layout((OTHER, OTHER.entry(NAME))).items()
            }
        ),
        says=("a part is damaged",),
        docker=LATER,
        skopeo="skopeo compares no digest of a manifest with index.json",
    ),
]
