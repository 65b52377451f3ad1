from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.builds.push import push, registry
from lab.builds.reference import parse_reference
from lab.errors import LabError
from tests.unit.builds.archives import CONFIG, LAYERS, oci, sha, write_tar


@dataclass
class FakeRegistry:
    """A registry in two dicts. *mounts* False: it takes no mounts; *spoils*: it rewrites manifests."""

    mounts: bool = True
    spoils: bool = False
    blobs: dict[tuple[str, str], bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    bodies: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if found := re.fullmatch(r"/v2/(.+)/blobs/(sha256:[0-9a-f]{64})", path):
            return httpx.Response(200 if found.groups() in self.blobs else 404)
        if found := re.fullmatch(r"/v2/(.+)/blobs/uploads/(\d*)", path):
            return self._upload(request, found[1])
        found = re.fullmatch(r"/v2/(.+)/manifests/(.+)", path)
        assert found is not None, path
        if request.method == "PUT":
            content = request.read() + (b" " if self.spoils else b"")
            self.manifests[path] = (request.headers["Content-Type"], content)
            return httpx.Response(201, headers={"Docker-Content-Digest": sha(content)})
        kind, content = self.manifests[path]
        assert request.headers["Accept"] == kind
        return httpx.Response(200, headers={"Docker-Content-Digest": sha(content)})

    def _upload(self, request: httpx.Request, repository: str) -> httpx.Response:
        asked = request.url.params
        if request.method == "POST":
            mounted = self.blobs.get((asked.get("from", ""), asked.get("mount", "")))
            if self.mounts and mounted is not None:
                self.blobs[repository, asked["mount"]] = mounted
                return httpx.Response(201)
            return httpx.Response(202, headers={"Location": f"/v2/{repository}/blobs/uploads/7?_state=x"})
        content = request.read()
        assert asked["_state"] == "x"
        assert int(request.headers["Content-Length"]) == len(content)
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        if digest != asked["digest"]:
            return httpx.Response(400, text="digest invalid")
        self.blobs[repository, digest] = content
        self.bodies += 1
        return httpx.Response(201, headers={"Docker-Content-Digest": digest})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "oci")


def image(store: Store, name: str, *layers: bytes):
    files = oci(layers=layers, name=name)
    archive = write_tar(store.root.parent / "a.tar", files)
    return next(iter(read_archive(store, archive, architecture="amd64").values()))


def send(fake: FakeRegistry, store: Store, images) -> int:
    with registry("http://registry.test:5000", httpx.MockTransport(fake)) as client:
        return push(client, store, images)


def test_an_image_arrives_under_its_prefix_with_the_same_digest(store: Store):
    fake, reference = FakeRegistry(), parse_reference("gcr.io/me/it:1")
    stored = image(store, "gcr.io/me/it:1", *LAYERS)

    sent = send(fake, store, {reference: stored})

    assert sent == sum(map(len, (CONFIG, *LAYERS)))
    assert fake.blobs == {("gcr.io/me/it", sha(part)): part for part in (CONFIG, *LAYERS)}
    assert fake.manifests["/v2/gcr.io/me/it/manifests/1"][1] == store.path(stored.digest).read_bytes()


def test_what_is_there_is_not_sent_again(store: Store):
    fake, reference = FakeRegistry(), parse_reference("gcr.io/me/it:1")
    send(fake, store, {reference: image(store, "gcr.io/me/it:1", LAYERS[0])})

    more = image(store, "gcr.io/me/it:1", *LAYERS)

    assert send(fake, store, {reference: more}) == len(LAYERS[1])
    assert send(fake, store, {reference: more}) == 0


@pytest.mark.parametrize("mounts", [True, False])
def test_a_shared_layer_is_sent_once_where_the_registry_mounts(store: Store, *, mounts: bool):
    fake = FakeRegistry(mounts=mounts)
    names = ("docker.io/me/one:1", "quay.io/me/two:1")
    images = {parse_reference(name): image(store, name, LAYERS[0], name.encode()) for name in names}

    send(fake, store, images)

    assert ("docker.io/me/one", sha(LAYERS[0])) in fake.blobs
    assert ("quay.io/me/two", sha(LAYERS[0])) in fake.blobs
    assert fake.bodies == (4 if mounts else 6)


@pytest.mark.parametrize(("named", "bodies"), [(True, 4), (False, 6)])
def test_a_layer_sent_with_an_earlier_image_is_not_sent_again(store: Store, *, named: bool, bodies: int):
    fake = FakeRegistry()
    for name in ("docker.io/me/one:1", "quay.io/me/two:1"):
        stored = image(store, name, LAYERS[0], name.encode())
        if named:
            store.name(name, stored, loaded=False)

        send(fake, store, {parse_reference(name): stored})

    assert ("quay.io/me/two", sha(LAYERS[0])) in fake.blobs
    assert fake.bodies == bodies


def test_a_registry_that_rewrites_a_manifest_is_found_out(store: Store):
    reference = parse_reference("gcr.io/me/it:1")
    stored = image(store, "gcr.io/me/it:1", *LAYERS)

    with pytest.raises(LabError, match="changed it on the way"):
        send(FakeRegistry(spoils=True), store, {reference: stored})


def test_a_refusal_is_told_with_the_registry_s_words(store: Store):
    def full(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if request.method == "HEAD" else httpx.Response(507, text="disk  full")

    with pytest.raises(LabError, match=r"refused the upload to gcr.io/me/it: 507 disk full"):
        send(full, store, {parse_reference("gcr.io/me/it:1"): image(store, "gcr.io/me/it:1", *LAYERS)})


def test_a_registry_that_is_not_there_is_named(store: Store):
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    with pytest.raises(LabError, match=r"http://registry.test:5000 does not answer: connection refused"):
        send(gone, store, {parse_reference("gcr.io/me/it:1"): image(store, "gcr.io/me/it:1", *LAYERS)})
