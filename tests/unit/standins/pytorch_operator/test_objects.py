from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest

from pytorch_operator import objects

from . import bodies

OWNER = {
    "apiVersion": "kubeflow.org/v1alpha1",
    "kind": "PyTorchJob",
    "name": "distributed-mnist",
    "uid": "u-1",
    "controller": True,
    "blockOwnerDeletion": True,
}


def labels(replica_type, index):
    return {
        "kubeflow.org": "",
        "job_type": replica_type,
        "runtime_id": "rgcp",
        "pytorch_job_name": "distributed-mnist",
        "task_index": str(index),
    }


def environment(pod):
    return {it["name"]: it["value"] for it in pod["spec"]["containers"][0]["env"]}


def pods(job):
    return [objects.pod(job, member, "abcde") for member in objects.members(job)]


def test_services_count_workers_from_0():
    job = bodies.read()

    assert [
        (it["metadata"]["name"], it["metadata"]["labels"]["task_index"]) for it in objects.services(job)
    ] == [
        ("distributed-mnist-master-rgcp-0", "0"),
        ("distributed-mnist-worker-rgcp-0", "0"),
        ("distributed-mnist-worker-rgcp-1", "1"),
        ("distributed-mnist-worker-rgcp-2", "2"),
    ]


def test_the_masters_service():
    assert objects.services(bodies.read())[0] == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "distributed-mnist-master-rgcp-0",
            "namespace": "default",
            "labels": labels("MASTER", 0),
            "ownerReferences": [OWNER],
        },
        "spec": {"selector": labels("MASTER", 0), "ports": [{"name": "tf-port", "port": 23456}]},
    }


def test_pods_count_workers_from_1():
    assert [it["metadata"] for it in pods(bodies.read())] == [
        {
            "name": f"distributed-mnist-{kind.lower()}-rgcp-{rank}-abcde",
            "namespace": "default",
            "labels": labels(kind, rank),
            "ownerReferences": [OWNER],
        }
        for kind, rank in [("MASTER", 0), ("WORKER", 1), ("WORKER", 2), ("WORKER", 3)]
    ]


@pytest.mark.parametrize(
    ("rank", "address"),
    [(0, "localhost"), (1, "distributed-mnist-master-rgcp-0"), (3, "distributed-mnist-master-rgcp-0")],
)
def test_each_rank_is_told_its_place(rank, address):
    told = environment(pods(bodies.read())[rank])
    tf_config = json.loads(told.pop("TF_CONFIG"))

    assert told == {
        "MASTER_PORT": "23456",
        "MASTER_ADDR": address,
        "WORLD_SIZE": "4",
        "RANK": str(rank),
        "PYTHONUNBUFFERED": "0",
    }
    assert tf_config == {
        "cluster": {
            "master": ["distributed-mnist-master-rgcp-0:23456"],
            "worker": [f"distributed-mnist-worker-rgcp-{i}:23456" for i in range(3)],
        },
        "task": {"type": "worker" if rank else "master", "index": rank},
        "environment": "cloud",
    }


def test_only_the_container_pytorch_is_told():
    body = bodies.document_job()
    spec = body["spec"]["replicaSpecs"][0]["template"]["spec"]
    spec["containers"].append({"name": "sidecar", "image": "other"})

    made = pods(bodies.read(body))[0]["spec"]["containers"]

    assert ["env" in it for it in made] == [True, False]


def test_the_template_keeps_its_own_marks_environment_and_policy():
    body = bodies.document_job()
    template = body["spec"]["replicaSpecs"][0]["template"]
    template["metadata"] = {"labels": {"team": "vision"}, "annotations": {"note": "kept"}}
    template["spec"]["containers"][0]["env"] = [{"name": "OWN", "value": "1"}]

    made = pods(bodies.read(body))[0]

    assert made["metadata"]["labels"] == {"team": "vision", **labels("MASTER", 0)}
    assert made["metadata"]["annotations"] == {"note": "kept"}
    assert made["spec"]["containers"][0]["env"][0] == {"name": "OWN", "value": "1"}
    assert made["spec"]["restartPolicy"] == "OnFailure"


def test_a_scheduler_is_handed_on():
    body = bodies.document_job()
    body["spec"]["schedulerName"] = "slow"

    assert {it["spec"].get("schedulerName") for it in pods(bodies.read(body))} == {"slow"}
    assert {it["spec"].get("schedulerName") for it in pods(bodies.read())} == {None}


def test_a_long_job_name_is_cut_in_names_and_whole_in_labels():
    name = "a" * 39 + "bcd"
    made = pods(bodies.read(bodies.document_job(name)))[0]["metadata"]

    assert made["name"] == "a" * 39 + "b-master-rgcp-0-abcde"
    assert made["labels"]["pytorch_job_name"] == name


def test_a_suffix_is_five_small_letters_or_digits():
    assert re.fullmatch("[0-9a-z]{5}", objects.new_suffix())


def test_an_event_names_the_job():
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    event = objects.event(bodies.read(), "Normal", "SuccessfulCreate", "Created pod: x", now=now)

    assert event == {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "distributed-mnist.", "namespace": "default"},
        "involvedObject": {
            "apiVersion": "kubeflow.org/v1alpha1",
            "kind": "PyTorchJob",
            "name": "distributed-mnist",
            "namespace": "default",
            "uid": "u-1",
        },
        "type": "Normal",
        "reason": "SuccessfulCreate",
        "message": "Created pod: x",
        "source": {"component": "kubeflow"},
        "firstTimestamp": "2026-01-02T03:04:05Z",
        "lastTimestamp": "2026-01-02T03:04:05Z",
        "count": 1,
    }
