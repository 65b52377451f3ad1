from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_operator.job import InvalidSpec, NoPort, read_job, with_defaults

from . import bodies

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_defaults_are_written_out():
    stored = with_defaults({"tfReplicaSpecs": {"Worker": {"template": bodies.replica_set()["template"]}}})

    assert stored == {
        "cleanPodPolicy": "Running",
        "tfReplicaSpecs": {
            "Worker": {
                "replicas": 1,
                "restartPolicy": "Never",
                "template": {
                    "metadata": {"creationTimestamp": None},
                    "spec": {
                        "containers": [
                            {
                                "name": "tensorflow",
                                "image": bodies.IMAGE,
                                "resources": {},
                                "ports": [{"name": "tfjob-port", "containerPort": 2222}],
                            }
                        ]
                    },
                },
            }
        },
    }


def test_defaults_of_defaults_change_nothing():
    once = with_defaults(bodies.job()["spec"])

    assert with_defaults(once) == once


def test_what_was_given_is_not_overwritten():
    given = bodies.replica_set(3, policy="ExitCode")
    given["template"]["metadata"] = {"labels": {"a": "b"}}
    given["template"]["spec"]["containers"][0]["ports"] = [{"name": "tfjob-port", "containerPort": 9}]
    stored = with_defaults({"cleanPodPolicy": "All", "tfReplicaSpecs": {"PS": given}, "backend": "x"})

    (ps,) = read_job({**bodies.job(), "spec": stored}).replica_sets
    assert (stored["cleanPodPolicy"], ps.replicas, ps.restart_policy, ps.port) == ("All", 3, "ExitCode", 9)
    assert ps.template["metadata"]["labels"] == {"a": "b"}
    assert "backend" not in stored


def test_known_types_are_written_in_one_way_and_others_as_they_are():
    sets = {key: bodies.replica_set() for key in ("ps", "WORKER", "chief", "evaluator", "Master", "mine")}

    stored = with_defaults({"tfReplicaSpecs": sets})["tfReplicaSpecs"]

    assert sorted(stored) == ["Chief", "Evaluator", "Master", "PS", "Worker", "mine"]


def test_the_first_container_gets_the_port_where_none_is_named_tensorflow_and_it_does_not_help():
    stored = with_defaults({"tfReplicaSpecs": {"Worker": bodies.replica_set(name="other")}})

    (container,) = stored["tfReplicaSpecs"]["Worker"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "tfjob-port", "containerPort": 2222}]
    (worker,) = read_job({**bodies.job(), "spec": stored}).replica_sets
    with pytest.raises(NoPort, match="Worker"):
        _ = worker.port


@pytest.mark.parametrize(
    "spec",
    [
        None,
        {},
        {"tfReplicaSpecs": {}},
        {"tfReplicaSpecs": {"Worker": None}},
        {"tfReplicaSpecs": {"Worker": {"replicas": "1", "template": bodies.replica_set()["template"]}}},
        {"tfReplicaSpecs": {"Worker": {"template": {"spec": {"containers": []}}}}},
        {"tfReplicaSpecs": {"Worker": {"template": {"spec": {"containers": [{"ports": ["x"]}]}}}}},
    ],
)
def test_what_cannot_be_read_is_refused(spec):
    with pytest.raises(InvalidSpec):
        with_defaults(spec)


@given(ANYTHING, ANYTHING)
def test_nothing_that_a_user_writes_is_a_crash(spec, template):
    for tried in (spec, {"tfReplicaSpecs": {"Worker": {"template": template}}}):
        with contextlib.suppress(InvalidSpec):
            read_job({**bodies.job(), "spec": with_defaults(tried)})
