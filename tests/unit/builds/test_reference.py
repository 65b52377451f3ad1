from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.builds.reference import Reference, parse_reference
from lab.errors import LabError
from lab.spec.registries import prefix

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", Reference("docker.io", "library/nginx", "latest", None)),
        ("jgaguirr/pytorch-operator:latest", Reference("docker.io", "jgaguirr/pytorch-operator", "latest", None)),
        ("index.docker.io/nginx", Reference("docker.io", "library/nginx", "latest", None)),
        ("docker.io/nginx:1", Reference("docker.io", "library/nginx", "1", None)),
        ("gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0", Reference("gcr.io", "kubeflow-ci/pytorch-dist-mnist_test", "1.0", None)),
        ("localhost/a", Reference("localhost", "a", "latest", None)),
        ("local:5000/a/b", Reference("local:5000", "a/b", "latest", None)),
        ("A/b", Reference("A", "b", "latest", None)),
        ("local/a", Reference("docker.io", "local/a", "latest", None)),
        ("[2001:db8::1]:5000/a", Reference("[2001:db8::1]:5000", "a", "latest", None)),
        (f"a@{DIGEST}", Reference("docker.io", "library/a", None, DIGEST)),
        (f"a:1@{DIGEST}", Reference("docker.io", "library/a", "1", DIGEST)),
    ],
)  # fmt: skip
def test_names_are_completed_by_docker_s_rules(text: str, expected: Reference):
    assert expected == parse_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":1",
        "a:",
        "a b",
        "a/B",
        "a//b",
        "a/-b",
        "a@sha256:1",
        "a@md5:x",
        "-x.y/a",
        "a:-1",
        "/a",
        "a" * 256,
    ],
)
def test_what_docker_refuses_is_refused(text: str):
    with pytest.raises(LabError, match="is no image reference"):
        parse_reference(text)


part = st.from_regex(r"[a-z0-9]+((\.|_|__|-{1,3})[a-z0-9]+)?", fullmatch=True)
host = st.one_of(
    st.just("docker.io"),
    st.just("localhost"),
    st.from_regex(r"[a-z0-9]{1,8}\.[a-z]{2,5}(:[0-9]{1,5})?", fullmatch=True),
)
tag = st.one_of(st.none(), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True))
digest = st.one_of(st.none(), st.text("0123456789abcdef", min_size=64, max_size=64).map("sha256:{}".format))


@given(host, st.lists(part, min_size=2, max_size=4), tag, digest)
def test_a_complete_name_reads_back_as_itself(registry, parts, tag, digest):
    if tag is None and digest is None:
        tag = "latest"
    reference = Reference(registry, "/".join(parts), tag, digest)

    assert reference == parse_reference(str(reference))


@given(st.text(string.ascii_letters + string.digits + "./:@_-[]", max_size=40))
def test_any_text_is_a_reference_that_completes_to_itself_or_is_refused_plainly(text):
    try:
        reference = parse_reference(text)
    except LabError:
        return

    assert reference == parse_reference(str(reference))
    assert ":" not in reference.path


def test_registries_never_collide_in_the_lab_s_registry():
    one, other = parse_reference("quay.io/a/b"), parse_reference("docker.io/a/b")

    assert one.path == "quay.io/a/b"
    assert other.path == "docker.io/a/b"
    assert prefix("local:5000") == "local_5000"


def test_a_manifest_is_asked_for_by_digest_where_there_is_one():
    assert parse_reference(f"a:1@{DIGEST}").version == DIGEST
    assert parse_reference("a:1").version == "1"
