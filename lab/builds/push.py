"""Pushing stored images to the lab's registry: what it lacks, side by side, with the digests they have.

Facts: the OCI distribution specification (blob uploads, cross-repository mounts, manifests).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from lab.builds.layout import Blob
from lab.builds.oci import Store
from lab.builds.reference import Reference, parse_reference
from lab.builds.stored import Stored
from lab.errors import LabError

SIDE_BY_SIDE = 4
SECONDS = 120.0
"""For one answer of the registry, not for a whole layer."""
CHUNK = 1 << 20
DIGEST_HEADER = "Docker-Content-Digest"


@contextmanager
def registry(url: str, transport: httpx.BaseTransport | None = None) -> Iterator[httpx.Client]:
    """Open the registry at *url*. The host's proxies are for the outside: this is inside."""
    with httpx.Client(base_url=url, trust_env=False, timeout=SECONDS, transport=transport) as client:
        try:
            yield client
        except httpx.HTTPError as error:
            raise LabError(f"the lab's registry at {url} does not answer: {error}") from error


def push(client: httpx.Client, store: Store, images: Mapping[Reference, Stored]) -> int:
    """Have *images* in the registry under their prefix paths; return the bytes that had to be sent.

    A layer that several images share, of these or of earlier ones, is sent once and mounted for the others.
    """
    holders = _holders(store)
    owners: dict[str, tuple[str, Blob]] = {}
    others: list[tuple[str, str, Blob]] = []
    for reference, stored in images.items():
        for blob in stored.blobs:
            owner, _ = owners.setdefault(blob.digest, (reference.path, blob))
            if owner != reference.path:
                others.append((reference.path, owner, blob))
    largest_first = sorted(owners.values(), key=lambda one: one[1].size, reverse=True)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        sent = sum(
            pool.map(
                lambda one: upload(client, store, *one, holders=holders.get(one[1].digest, ())), largest_first
            )
        )
        sent += sum(pool.map(lambda one: mount(client, store, *one), others))
        repositories = {reference.path for reference in images}
        list(pool.map(lambda path: put_documents(client, store, path, images), repositories))
    return sent


def upload(
    client: httpx.Client, store: Store, repository: str, blob: Blob, *, holders: Sequence[str] = ()
) -> int:
    """Send *blob* if it is not there, nor in one of the repositories *holders*; return the bytes sent."""
    if _has(client, repository, blob):
        return 0
    for holder in holders:
        if holder != repository and _has(client, holder, blob):
            return mount(client, store, repository, holder, blob)
    begun = _expect(client.post(f"/v2/{repository}/blobs/uploads/"), 202, f"upload to {repository}")
    return _send(client, store, repository, blob, begun.headers["Location"])


def mount(client: httpx.Client, store: Store, repository: str, owner: str, blob: Blob) -> int:
    """Have *blob*, which *owner* has, in *repository* too; where the registry will not, send it."""
    if _has(client, repository, blob):
        return 0
    answer = client.post(f"/v2/{repository}/blobs/uploads/", params={"mount": blob.digest, "from": owner})
    if answer.status_code == httpx.codes.CREATED:
        return 0
    begun = _expect(answer, 202, f"mount in {repository}")
    return _send(client, store, repository, blob, begun.headers["Location"])


def put_documents(
    client: httpx.Client, store: Store, repository: str, images: Mapping[Reference, Stored]
) -> None:
    """Give the images of a repository their names; what an index names comes before it, by digest.

    One after the other: while a registry takes a manifest a second time, it does not have it for a moment.
    """
    ours = {reference: stored for reference, stored in images.items() if reference.path == repository}
    within = {
        blob.digest: (reference, blob) for reference, stored in ours.items() for blob in stored.documents[:-1]
    }
    named = [(reference, stored.blob, reference.version) for reference, stored in ours.items()]
    for reference, blob in within.values():
        put_document(client, store, reference, blob, blob.digest)
    for reference, blob, version in named:
        if version not in within:
            put_document(client, store, reference, blob, version)


def put_document(client: httpx.Client, store: Store, reference: Reference, blob: Blob, version: str) -> None:
    """Put a manifest or index, and see that the registry has it under the digest that it has here."""
    address = f"/v2/{reference.path}/manifests/{version}"
    kind = {"Content-Type": blob.media_type}
    content = store.path(blob.digest).read_bytes()
    put = _expect(client.put(address, content=content, headers=kind), 201, f"manifest of {reference}")
    seen = client.head(address, headers={"Accept": blob.media_type})
    for answer in (put, seen):
        digest = answer.headers.get(DIGEST_HEADER)
        if digest != blob.digest:
            raise LabError(
                f"{reference}: the registry changed it on the way: {blob.digest} here, {digest} there"
            )


def _holders(store: Store) -> Mapping[str, Sequence[str]]:
    """Return, by digest, the repositories that would have a blob if all that the store names were sent."""
    holders: dict[str, list[str]] = {}
    for reference, stored in store.images():
        for blob in stored.blobs:
            holders.setdefault(blob.digest, []).append(parse_reference(reference).path)
    return holders


def _has(client: httpx.Client, repository: str, blob: Blob) -> bool:
    return client.head(f"/v2/{repository}/blobs/{blob.digest}").status_code == httpx.codes.OK


def _send(client: httpx.Client, store: Store, repository: str, blob: Blob, location: str) -> int:
    address = client.base_url.join(location).copy_merge_params({"digest": blob.digest})
    answer = client.put(
        address,
        content=_chunks(store.path(blob.digest)),
        headers={"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"},
    )
    done = _expect(answer, 201, f"layer of {repository}")
    if done.headers.get(DIGEST_HEADER, blob.digest) != blob.digest:
        raise LabError(f"{repository}: the registry took {blob.digest} for {done.headers[DIGEST_HEADER]}")
    return blob.size


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _expect(answer: httpx.Response, status: int, what: str) -> httpx.Response:
    if answer.status_code != status:
        said = " ".join(answer.text.split())[:300]
        raise LabError(f"the lab's registry refused the {what}: {answer.status_code} {said}")
    return answer
