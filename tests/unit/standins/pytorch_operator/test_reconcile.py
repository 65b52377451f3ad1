from __future__ import annotations

import asyncio

from operators.cluster import Refused
from pytorch_operator.reconcile import follow, step
from tests.unit.standins.operators import fakes

from . import bodies


class FakeCluster(fakes.FakeCluster):
    def end(self, code, *, phase="Running"):
        for pod in self.objects["pods"]:
            statuses = [{"name": "pytorch", "state": bodies.ended(code)}]
            pod["status"] = {"phase": phase, "containerStatuses": statuses}

    def names(self, plural):
        return [it["metadata"]["name"] for it in self.objects[plural]]

    def told(self):
        return [(it["type"], it["reason"], it["message"].split(":")[0]) for it in self.objects["events"]]


def steps(cluster, count=1):
    async def several():
        return [await step(cluster, "default", "distributed-mnist", "u-1") for _ in range(count)]

    return asyncio.run(several())


def test_a_new_job_gets_services_then_pods_and_an_event_each():
    cluster = FakeCluster(bodies.document_job())

    assert steps(cluster) == [True]

    assert [len(cluster.names(it)) for it in ("services", "pods")] == [4, 4]
    assert cluster.told() == 4 * [("Normal", "SuccessfulCreate", "Created Service")] + 4 * [
        ("Normal", "SuccessfulCreate", "Created pod")
    ]
    assert cluster.body["status"]["phase"] == "Creating"
    assert "backend" not in cluster.body["spec"]
    assert "masterPort" not in cluster.body["spec"]


def test_a_job_at_rest_is_not_written_and_nothing_is_made_twice():
    cluster = FakeCluster(bodies.document_job())
    steps(cluster, 2)
    writes, pods, services = cluster.writes, cluster.names("pods"), cluster.names("services")

    steps(cluster, 5)

    assert (cluster.writes, cluster.names("pods"), cluster.names("services")) == (writes, pods, services)


def test_the_object_carries_no_marks_of_kopf():
    cluster = FakeCluster(bodies.document_job())

    steps(cluster, 2)

    assert set(cluster.body["metadata"]) == set(bodies.document_job()["metadata"])


def test_the_masters_success_ends_the_job_and_leaves_its_pods():
    cluster = FakeCluster(bodies.document_job())
    steps(cluster, 2)
    cluster.end(0)

    assert steps(cluster, 2) == [False, False]

    assert (cluster.body["status"]["phase"], cluster.body["status"]["state"]) == ("Done", "Succeeded")
    assert len(cluster.names("pods")) == 4


def test_the_masters_failure_fails_the_job_at_once():
    cluster = FakeCluster(bodies.document_job())
    steps(cluster, 2)
    cluster.end(1)

    assert steps(cluster) == [False]
    assert (cluster.body["status"]["phase"], cluster.body["status"]["state"]) == ("Done", "Failed")


def test_a_failed_pod_is_made_again_with_another_name():
    cluster = FakeCluster(bodies.document_job())
    steps(cluster, 2)
    worker = cluster.objects["pods"][2]
    worker["status"] = {"phase": "Failed"}

    steps(cluster)

    again = [it for it in cluster.objects["pods"] if it["metadata"]["labels"] == worker["metadata"]["labels"]]
    assert len(again) == 2
    assert again[0]["metadata"]["name"] != again[1]["metadata"]["name"]


def test_an_invalid_spec_fails_with_its_reason_and_makes_nothing():
    body = bodies.document_job()
    body["spec"]["replicaSpecs"][0]["replicas"] = 2
    cluster = FakeCluster(body)

    assert steps(cluster, 2) == [False, False]

    assert cluster.body["status"] == {
        "phase": "Failed",
        "reason": "invalid job spec: replicaSpecs[0]: MASTER must have replicas = 1, not 2",
        "replicaStatuses": [],
        "state": "Failed",
    }
    assert cluster.names("services") == []


def test_a_job_that_is_gone_going_or_another_is_left_alone():
    gone, going, another = (
        FakeCluster(None),
        FakeCluster(bodies.document_job()),
        FakeCluster(bodies.document_job()),
    )
    going.body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    another.body["metadata"]["uid"] = "u-2"

    for cluster in (gone, going, another):
        assert steps(cluster) == [False]
        assert cluster.names("services") == []


def test_refusals_are_reported_and_tried_again_ever_slower():
    cluster = FakeCluster(bodies.document_job())
    cluster.refusals = [Refused("quota exceeded")] * 3
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 4:
            cluster.end(0)

    asyncio.run(follow(cluster, "default", "distributed-mnist", "u-1", sleep=sleep))

    assert pauses == [1.0, 2.0, 4.0, 1.0]
    assert cluster.told()[:3] == 3 * [("Warning", "FailedCreate", "Error creating")]
    assert cluster.body["status"]["state"] == "Succeeded"


def test_somebody_elses_write_in_between_is_no_refusal():
    cluster = FakeCluster(bodies.document_job())
    real, pauses = cluster.job, []

    async def stale(namespace, name):
        cluster.job = real
        body = await real(namespace, name)
        cluster.body["metadata"]["resourceVersion"] += "*"
        return body

    async def sleep(seconds):
        pauses.append(seconds)
        cluster.end(0)

    cluster.job = stale
    asyncio.run(follow(cluster, "default", "distributed-mnist", "u-1", sleep=sleep))

    assert set(pauses) == {1.0}
    assert cluster.body["status"]["state"] == "Succeeded"
