from __future__ import annotations

import json

from tf_operator import objects

from . import bodies

OWNER = {
    "apiVersion": "kubeflow.org/v1alpha2",
    "kind": "TFJob",
    "name": "example-job",
    "uid": "u-1",
    "controller": True,
    "blockOwnerDeletion": True,
}
LABELS = {
    "group_name": "kubeflow.org",
    "tf_job_name": "example-job",
    "tf-replica-type": "ps",
    "tf-replica-index": "1",
}


def of_type(job, kind):
    (found,) = [it for it in job.replica_sets if it.type == kind]
    return found


def config(pod, container=0):
    (value,) = [
        it["value"] for it in pod["spec"]["containers"][container]["env"] if it["name"] == "TF_CONFIG"
    ]
    return value


def test_a_service_is_headless_and_finds_its_pod():
    job = bodies.read()

    assert objects.service(job, of_type(job, "PS"), 1) == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "example-job-ps-1",
            "namespace": "default",
            "labels": LABELS,
            "ownerReferences": [OWNER],
        },
        "spec": {
            "clusterIP": "None",
            "selector": LABELS,
            "ports": [{"name": "tfjob-port", "port": 2222}],
        },
    }


def test_a_pod_has_the_same_name_and_labels_beside_those_of_the_template():
    body = bodies.job()
    body["spec"]["tfReplicaSpecs"]["PS"]["template"]["metadata"] = {
        "labels": {"mine": "1", "tf-replica-index": "9"},
        "annotations": {"a": "b"},
    }
    job = bodies.read(body)

    pod = objects.pod(job, of_type(job, "PS"), 1)

    assert pod["metadata"] == {
        "name": "example-job-ps-1",
        "namespace": "default",
        "labels": {"mine": "1", **LABELS},
        "annotations": {"a": "b"},
        "ownerReferences": [OWNER],
    }


def test_every_container_is_told_of_the_cluster_as_the_document_shows():
    body = bodies.job()
    containers = body["spec"]["tfReplicaSpecs"]["Master"]["template"]["spec"]["containers"]
    containers.append({"name": "sidecar", "image": "x", "env": [{"name": "A", "value": "1"}]})
    job = bodies.read(body)

    pod = objects.pod(job, of_type(job, "Master"), 0)

    assert config(pod, 0) == config(pod, 1)
    assert pod["spec"]["containers"][1]["env"][0] == {"name": "A", "value": "1"}
    assert json.loads(config(pod)) == {
        "cluster": {
            "master": ["example-job-master-0.default.svc.cluster.local:2222"],
            "ps": [f"example-job-ps-{index}.default.svc.cluster.local:2222" for index in (0, 1)],
            "worker": ["example-job-worker-0.default.svc.cluster.local:2222"],
        },
        "task": {"type": "master", "index": 0},
    }


def test_an_evaluator_has_a_task_and_is_in_nobodys_cluster():
    job = bodies.read(bodies.job({"Evaluator": bodies.replica_set(), "Worker": bodies.replica_set()}))

    told = json.loads(config(objects.pod(job, of_type(job, "Evaluator"), 0)))

    assert list(told["cluster"]) == ["worker"]
    assert told["task"] == {"type": "evaluator", "index": 0}


def test_the_replica_sets_policy_goes_before_the_templates():
    for policy, expected in {"OnFailure": "OnFailure", "ExitCode": "Never"}.items():
        sets = {"Worker": bodies.replica_set(policy=policy, restartPolicy="Always")}
        job = bodies.read(bodies.job(sets))

        assert objects.pod(job, of_type(job, "Worker"), 0)["spec"]["restartPolicy"] == expected


def test_a_namesakes_objects_are_not_the_jobs():
    job = bodies.read()

    def owned_by(*owners):
        return {"metadata": {"ownerReferences": list(owners)}}

    assert objects.belongs(job, owned_by(OWNER))
    assert objects.belongs(job, {"metadata": {}}), "an orphan is taken in"
    assert not objects.belongs(job, owned_by({**OWNER, "uid": "u-0"}))
