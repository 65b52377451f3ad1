"""The registry's access log, added up by who asked for what; lines as docker-registry 2.8 writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import SpecError
from lab.report.traffic import Traffic, as_json, images_of, parse, pulled_and_pushed

BEGUN = datetime(2026, 11, 24, 16, 0, 8, 500_000, tzinfo=UTC)
PEOPLE = {"10.142.18.2": "node localnode-1", "10.142.18.5": "workstation"}
INDEX, MANIFEST = "sha256:" + "a" * 64, "sha256:" + "b" * 64


def line(request, *, status=200, size=100, address="10.142.18.2", at="24/Nov/2026:16:00:09 +0000"):
    return f'{address} - - [{at}] "{request} HTTP/1.1" {status} {size} "" "containerd/v2.0"'


PULL = [
    line("HEAD /v2/quay.io/a/b/manifests/v1?ns=quay.io"),
    line(f"GET /v2/quay.io/a/b/manifests/{INDEX}?ns=quay.io"),
    line(f"GET /v2/quay.io/a/b/manifests/{MANIFEST}?ns=quay.io"),
    line(f"GET /v2/quay.io/a/b/blobs/sha256:{'c' * 64}?ns=quay.io", size=5000),
    line(f"GET /v2/quay.io/a/b/blobs/sha256:{'d' * 64}", size=7000, at="24/Nov/2026:16:00:11 +0000"),
]


def pulls(lines, since=BEGUN):
    return pulled_and_pushed(lines, PEOPLE, since=since)[0]


def test_a_pull_is_added_up():
    (pull,) = pulls(["noise", *PULL])

    assert (pull.who, pull.image, pull.tags, pull.digest) == (
        "node localnode-1",
        "quay.io/a/b",
        ("v1",),
        INDEX,
    )
    assert (pull.layers, pull.bytes, pull.seconds) == (2, 12_000, 2)


def test_each_caller_by_itself_and_strangers_by_their_address():
    other = [one.replace("10.142.18.2", "10.142.18.77") for one in PULL]

    assert [one.who for one in pulls([*PULL, *other])] == ["10.142.18.77", "node localnode-1"]


def test_a_mirrors_path_gets_the_host_that_it_is_asked_for():
    (pull,) = pulls([line(f"GET /v2/a/b/blobs/{MANIFEST}?ns=gcr.io")])

    assert pull.image == "gcr.io/a/b"


@pytest.mark.parametrize(
    "lines",
    [
        [line(f"GET /v2/a/b/blobs/{MANIFEST}", status=404)],
        [line(f"GET /v2/a/b/blobs/{MANIFEST}", at="24/Nov/2026:16:00:07 +0000")],
        [line("HEAD /v2/a/b/manifests/v1")],
        [line("GET /v2/")],
    ],
    ids=["not there", "earlier", "looked up only", "the front door"],
)
def test_what_is_no_pull_of_this_run_is_not_counted(lines):
    assert pulls(lines) == ()


def test_the_second_in_which_the_run_began_counts():
    assert len(pulls([line(f"GET /v2/a/b/blobs/{MANIFEST}", at="24/Nov/2026:16:00:08 +0000")])) == 1


def test_a_push_through_the_front_is_told_with_its_bytes():
    lines = [
        line("POST /v2/x/blobs/uploads/", status=202, address="10.142.18.5") + " host=gcr.io took=300",
        line("PATCH /v2/x/blobs/uploads/1?s=2", status=202, address="10.142.18.5") + " host=gcr.io took=9000",
        line("PUT /v2/x/blobs/uploads/1?digest=sha256:0", status=201, address="10.142.18.5")
        + " host=gcr.io took=400",
        line("PUT /v2/x/manifests/v2", status=201, address="10.142.18.5") + " host=gcr.io took=800",
        line("PUT /v2/gcr.io/x/manifests/v2", status=201, address="127.0.0.1"),
    ]
    had, (sent,) = pulled_and_pushed(lines, PEOPLE, since=BEGUN)

    assert had == ()
    assert (sent.who, sent.image, sent.tags) == ("workstation", "gcr.io/x", ("v2",))
    assert (sent.layers, sent.bytes) == (1, 9700)


def test_docker_hub_has_one_name():
    told = line("PUT /v2/katacoda/a/manifests/latest", status=201) + " host=registry-1.docker.io took=800"

    assert pulled_and_pushed([told], PEOPLE, since=BEGUN)[1][0].image == "docker.io/katacoda/a"


def test_what_never_got_a_manifest_was_not_pushed():
    assert pulled_and_pushed([line("POST /v2/x/blobs/uploads/", status=202)], PEOPLE, since=BEGUN) == ((), ())


def test_the_nodes_images_without_the_clusters_own():
    told = """{"images": [
      {"id": "sha256:1", "repoTags": ["quay.io/a:v1"], "repoDigests": ["quay.io/a@sha256:9"], "size": "70"},
      {"id": "sha256:2", "repoTags": ["registry.k8s.io/pause:3"], "repoDigests": [], "size": "1"},
      {"id": "sha256:3", "repoTags": ["docker.io/b:latest"], "repoDigests": [], "size": "3"},
      {"id": "sha256:4", "repoTags": [], "repoDigests": [], "size": "4"}]}"""

    assert [(one.name, one.digest, one.bytes) for one in images_of(told)] == [
        ("docker.io/b:latest", "sha256:3", 3),
        ("quay.io/a:v1", "sha256:9", 70),
    ]


def test_what_is_written_comes_back():
    had, sent = pulled_and_pushed(PULL, PEOPLE, since=BEGUN - timedelta(seconds=5))

    assert parse(as_json(Traffic(had, sent)), "images.json") == Traffic(had, sent)
    with pytest.raises(SpecError, match=r"images\.json: not what a run's registry told"):
        parse('{"pulls": 3}', "images.json")


@given(st.text())
def test_any_line_is_read(text):
    assert pulls([text, line(f"GET /v2/a/{text.replace(' ', '')}/b/blobs/x")]) is not None
