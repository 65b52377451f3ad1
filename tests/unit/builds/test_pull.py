from __future__ import annotations

import json
import tomllib

import pytest

from lab.builds.pull import hosts_toml, node_images, pull
from lab.builds.reference import parse_reference
from lab.errors import LabError
from tests.fakes import Exec, FakeContainers, completed

REFERENCE = parse_reference("jgaguirr/pytorch-operator")
DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
NODES = ("one", "two", "three")


def listed(digest: str | None):
    """What `crictl images` says of a node with the image, or without, and in either case with another."""
    other = {
        "id": "y",
        "repoTags": ["registry.test/other:1"],
        "repoDigests": [f"registry.test/other@{DIGEST}"],
    }
    ours = {"id": "x", "repoTags": [str(REFERENCE)], "repoDigests": [f"{REFERENCE.name}@{digest}"]}
    return completed(json.dumps({"images": [other] if digest is None else [ours, other]}))


def nodes(have: dict[str, str | None], gives: str | None = DIGEST) -> FakeContainers:
    """Nodes that have an image of some digest, and get *gives* when they pull (None: the pull fails)."""

    def answer(call: Exec):
        if call.argv[1] == "pull":
            if gives is None:
                return completed(stderr="not found", exit_code=1)
            have[call.container] = gives
            return completed()
        return listed(have.get(call.container))

    return FakeContainers(answer=answer, anything_stands=True)


def test_the_hosts_file_names_the_mirror_and_nobody_else():
    hosts = tomllib.loads(hosts_toml("gcr.io", "http://10.142.18.191:5000"))

    assert hosts == {
        "server": "http://10.142.18.191:5000/v2/gcr.io",
        "override_path": True,
        "host": {
            "http://10.142.18.191:5000/v2/gcr.io": {
                "capabilities": ["pull", "resolve"],
                "override_path": True,
            }
        },
    }


def test_a_node_that_has_the_digest_pulls_nothing():
    engine = nodes({"one": DIGEST, "two": OTHER})

    made = pull(engine, NODES, {REFERENCE: DIGEST})

    assert sorted(made) == [f"three: {REFERENCE}", f"two: {REFERENCE}"]
    assert {call.argv for call in engine.execs if call.argv[1] == "pull"} == {
        ("crictl", "pull", "docker.io/jgaguirr/pytorch-operator:latest")
    }


def test_every_node_is_tried_before_the_failures_are_told():
    engine = nodes({"two": DIGEST}, gives=None)

    with pytest.raises(LabError, match=r"(?s)one: .*not found.*three: .*not found"):
        pull(engine, NODES, {REFERENCE: DIGEST})


def test_another_digest_than_was_pushed_is_a_failure():
    with pytest.raises(LabError, match=f"pulled {OTHER}, not {DIGEST}"):
        pull(nodes({}, gives=OTHER), NODES, {REFERENCE: DIGEST})


def test_a_node_is_asked_once_before_and_once_after():
    engine = nodes({"one": DIGEST})

    pull(engine, ("one", "two"), {REFERENCE: DIGEST})

    asked = [call.container for call in engine.execs if call.argv[1] == "images"]
    assert sorted(asked) == ["one", "two", "two"]


def test_an_image_that_is_named_by_its_digest_is_known_by_it():
    by_digest = parse_reference(f"jgaguirr/pytorch-operator@{DIGEST}")

    assert pull(nodes({"one": DIGEST}), ("one",), {by_digest: DIGEST}) == []
    assert pull(nodes({"one": OTHER}), ("one",), {by_digest: DIGEST}) == [f"one: {by_digest}"]


def test_what_crictl_says_is_read_or_refused():
    assert str(REFERENCE) not in node_images(listed(None))
    assert node_images(listed(DIGEST))[str(REFERENCE)] == {DIGEST}
    assert node_images(completed('{"images": [{"id": "x", "repoTags": null}]}')) == {}
    for said in ("{}", "nonsense", '{"images": [1]}'):
        with pytest.raises(LabError, match="not understood"):
            node_images(completed(said))


def test_a_node_that_does_not_answer_is_one_clear_error():
    engine = FakeContainers(lambda _: completed(stderr="no runtime", exit_code=1), anything_stands=True)

    with pytest.raises(LabError, match="no runtime"):
        pull(engine, ("one",), {REFERENCE: DIGEST})


def test_no_nodes_is_no_work():
    assert pull(nodes({}), (), {REFERENCE: DIGEST}) == []
