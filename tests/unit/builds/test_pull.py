from __future__ import annotations

import json
import tomllib

import pytest

from lab.builds.pull import hosts_toml, node_digests, pull
from lab.builds.reference import parse_reference
from lab.errors import LabError
from tests.fakes import Exec, FakeContainers, completed

REFERENCE = parse_reference("jgaguirr/pytorch-operator")
DIGEST, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
NODES = ("one", "two", "three")


def inspected(digest: str | None):
    if digest is None:
        return completed(stderr="no such image", exit_code=1)
    return completed(json.dumps({"status": {"id": "x", "repoDigests": [f"{REFERENCE.name}@{digest}"]}}))


def nodes(have: dict[str, str | None], gives: str | None = DIGEST) -> FakeContainers:
    """Nodes that have an image of some digest, and get *gives* when they pull (None: the pull fails)."""

    def answer(call: Exec):
        if call.argv[1] == "pull":
            if gives is None:
                return completed(stderr="not found", exit_code=1)
            have[call.container] = gives
            return completed()
        return inspected(have.get(call.container))

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


def test_what_crictl_says_is_read_or_refused():
    assert node_digests(inspected(None)) == frozenset()
    assert node_digests(inspected(DIGEST)) == {DIGEST}
    with pytest.raises(LabError, match="not understood"):
        node_digests(completed("{}"))


def test_no_nodes_is_no_work():
    assert pull(nodes({}), (), {REFERENCE: DIGEST}) == []
