from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytorch_operator.job import InvalidSpec, new_runtime_id, read_job, with_defaults

from . import bodies


def stored_template():
    template = bodies.template()
    template["metadata"] = {"creationTimestamp": None}
    template["spec"]["containers"][0]["resources"] = {}
    return template


def test_the_stored_spec_has_defaults_and_lacks_what_the_operator_does_not_know():
    assert with_defaults(bodies.document_job()["spec"], runtime_id="rgcp") == {
        "RuntimeId": "rgcp",
        "pytorchImage": "pytorch/pytorch:v0.2",
        "replicaSpecs": [
            {"masterPort": 23456, "replicaType": "MASTER", "replicas": 1, "template": stored_template()},
            {"masterPort": 23456, "replicaType": "WORKER", "replicas": 3, "template": stored_template()},
        ],
        "terminationPolicy": {"master": {"replicaName": "MASTER", "replicaRank": 0}},
    }


def test_defaults_do_not_touch_what_was_read():
    body = bodies.document_job()

    with_defaults(body["spec"], runtime_id="rgcp")

    assert body == bodies.document_job()


def test_storing_twice_changes_nothing():
    once = with_defaults(bodies.document_job()["spec"], runtime_id="rgcp")

    assert with_defaults(once, runtime_id="othr") == once


def test_a_bare_replica_spec_is_one_master():
    stored = with_defaults({"replicaSpecs": [{"template": bodies.template()}]}, runtime_id="rgcp")

    assert (stored["replicaSpecs"][0]["replicaType"], stored["replicaSpecs"][0]["replicas"]) == ("MASTER", 1)


def test_what_the_user_set_is_kept():
    spec = bodies.document_job()["spec"] | {"pytorchImage": "own:1", "schedulerName": "slow"}
    spec["replicaSpecs"][0]["masterPort"] = 4000

    job = bodies.read({**bodies.document_job(), "spec": spec})

    assert (job.scheduler, job.replica_sets[0].port) == ("slow", 4000)


def test_the_documents_job_has_four_processes():
    assert bodies.read().world_size == 4


def test_a_runtime_id_is_four_small_letters_or_digits():
    assert re.fullmatch("[0-9a-z]{4}", new_runtime_id())


def _without_master(sets):
    del sets[0]


def _two_masters(sets):
    sets[1] |= {"replicaType": "MASTER", "replicas": 1}


def _big_master(sets):
    sets[0]["replicas"] = 2


def _unknown_type(sets):
    sets[1]["replicaType"] = "PS"


def _text_port(sets):
    sets[1]["masterPort"] = "23456"


def _no_template(sets):
    del sets[1]["template"]


def _other_container(sets):
    sets[1]["template"]["spec"]["containers"][0]["name"] = "tensorflow"


def _no_replicas(sets):
    sets[1]["replicas"] = 0


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_without_master, "one replica spec of type MASTER"),
        (_two_masters, "one replica spec of type MASTER"),
        (_big_master, r"replicaSpecs\[0\]: MASTER must have replicas = 1, not 2"),
        (_unknown_type, r"replicaSpecs\[1\]: replicaType is 'PS', must be MASTER or WORKER"),
        (_text_port, r"replicaSpecs\[1\]: masterPort is '23456', must be a number"),
        (_no_template, r"replicaSpecs\[1\]: template is missing"),
        (_other_container, r"replicaSpecs\[1\]: template has no container named pytorch"),
        (_no_replicas, r"replicaSpecs\[1\]: replicas is 0"),
    ],
)
def test_a_spec_that_cannot_work_is_refused_with_its_reason(spoil, message):
    body = bodies.document_job()
    spoil(body["spec"]["replicaSpecs"])

    with pytest.raises(InvalidSpec, match=message):
        bodies.read(body)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)


def maybe(shaped):
    return shaped | json_values


containers = st.lists(maybe(st.fixed_dictionaries({"name": maybe(st.just("sidecar"))})), max_size=2)
pod_specs = st.fixed_dictionaries({}, optional={"containers": maybe(containers)})
templates = st.fixed_dictionaries({}, optional={"spec": maybe(pod_specs), "metadata": json_values})
replica_specs = st.fixed_dictionaries(
    {}, optional={"template": maybe(templates), "replicas": json_values, "replicaType": json_values}
)
specs = st.fixed_dictionaries(
    {},
    optional={
        "replicaSpecs": maybe(st.lists(maybe(replica_specs), max_size=2)),
        "terminationPolicy": maybe(st.fixed_dictionaries({"master": json_values})),
    },
)


@settings(max_examples=300)
@given(maybe(specs))
def test_no_malformed_spec_breaks_the_operator(spec):
    """Nothing here has a container `pytorch`, so all is refused, and never by another error."""
    metadata = bodies.document_job()["metadata"]

    with pytest.raises(InvalidSpec):
        read_job({"metadata": metadata, "spec": with_defaults(spec, runtime_id="rgcp")})
