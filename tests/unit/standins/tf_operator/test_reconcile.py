from __future__ import annotations

import asyncio
import copy

import pytest

from operators.cluster import Conflict, Refused
from tf_operator.job import NoPort
from tf_operator.reconcile import step

from . import bodies
from .bodies import FakeCluster

ALL = ["master-0", "ps-0", "ps-1", "worker-0"]
RUNNING = {"master_0": "Running", "ps_0": "Running", "ps_1": "Running", "worker_0": "Running"}


def test_a_new_job_gets_a_pod_and_a_service_for_each_replica_and_an_event_each():
    cluster = FakeCluster(bodies.job())

    assert cluster.steps() == [True]

    assert cluster.names("pods") == cluster.names("services") == ALL
    for word in ("Pod", "Service"):
        assert sorted(cluster.told(f"SuccessfulCreate{word}")) == [
            f"Created {word.lower()}: example-job-{name}" for name in ALL
        ]
    assert {it["source"]["component"] for it in cluster.objects["events"]} == {"tf-operator"}


def test_defaults_are_written_back_with_the_first_status_and_created_is_not():
    cluster = FakeCluster(bodies.job())

    cluster.steps()

    assert cluster.body["spec"]["cleanPodPolicy"] == "Running"
    assert cluster.status == {
        "conditions": None,
        "tfReplicaStatuses": {"Master": {}, "PS": {}, "Worker": {}},
    }


def test_a_job_at_rest_is_not_written_and_nothing_is_made_twice():
    cluster = FakeCluster(bodies.job())
    cluster.steps()
    cluster.turn(**RUNNING)
    cluster.steps()
    before = copy.deepcopy((cluster.writes, cluster.objects))

    cluster.steps(3)

    assert (cluster.writes, cluster.objects) == before


def test_the_documents_job_stays_as_it_is_when_its_master_is_done():
    cluster = FakeCluster(bodies.job())
    cluster.steps()
    cluster.turn(**RUNNING)
    cluster.steps()
    cluster.turn(master_0="Succeeded")

    cluster.steps(3)

    assert cluster.conditions == ["Running"]
    assert cluster.names("pods") == cluster.names("services") == ALL
    assert cluster.told("TFJobTerminated") == []


@pytest.mark.parametrize(
    ("policy", "pods", "services"),
    [
        ("Running", ["worker-0"], ["worker-0"]),
        ("All", [], []),
        ("None", ["ps-0", "worker-0"], ["ps-0", "worker-0"]),
    ],
)
def test_what_is_left_after_the_end(policy, pods, services):
    sets = {"Worker": bodies.replica_set(), "PS": bodies.replica_set()}
    cluster = FakeCluster(bodies.job(sets, cleanPodPolicy=policy))
    cluster.steps()
    cluster.turn(worker_0="Succeeded", ps_0="Running")

    cluster.steps(3)

    assert cluster.conditions == ["Succeeded"]
    assert (cluster.names("pods"), cluster.names("services")) == (pods, services)
    assert cluster.status["tfReplicaStatuses"] == {"Worker": {}, "PS": {}, "Chief": {}}
    gone = {"ps-0", "worker-0"} - set(pods)
    for word in ("Pod", "Service"):
        told = {f"Deleted {word.lower()}: example-job-{name}" for name in gone}
        assert set(cluster.told(f"SuccessfulDelete{word}")) == told


def test_the_end_is_told_of_at_each_step_while_a_pod_is_left():
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set()}))
    cluster.steps()
    cluster.turn(worker_0="Succeeded")
    cluster.steps(3)

    assert cluster.told("TFJobTerminated") == ["TFJob terminated, deleting pods and services"] * 2
    cluster.objects["pods"].clear()
    cluster.steps(2)
    assert len(cluster.told("TFJobTerminated")) == 2


@pytest.mark.parametrize(("code", "conditions"), [(137, ["Restarting"]), (1, ["Running", "Failed"])])
def test_under_exitcode_only_some_codes_are_tried_again(code, conditions):
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set(policy="ExitCode")}))
    cluster.steps()
    cluster.turn(worker_0="Running")
    cluster.steps()
    cluster.turn(worker_0=f"code_{code}")

    cluster.steps()

    assert cluster.conditions == conditions
    assert cluster.names("pods") == ([] if code == 137 else ["worker-0"])


def test_a_restarted_pod_is_made_again_under_its_name():
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set(policy="ExitCode")}))
    cluster.steps()
    cluster.turn(worker_0="code_143")

    cluster.steps(2)

    assert cluster.pod("worker-0")["status"] == {"phase": "Pending"}
    assert len(cluster.told("SuccessfulCreatePod")) == 2


def test_without_exitcode_no_code_is_tried_again():
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set(policy="Never")}))
    cluster.steps()
    cluster.turn(worker_0="code_137")

    cluster.steps()

    assert cluster.conditions == ["Failed"]
    assert cluster.told("SuccessfulDeletePod") == []


def test_a_pod_that_is_going_is_not_deleted_again():
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set(policy="ExitCode")}))
    cluster.steps()
    cluster.turn(worker_0="code_137")
    cluster.pod("worker-0")["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    cluster.steps()

    assert cluster.told("SuccessfulDeletePod") == []
    assert cluster.conditions == ["Restarting"]


def test_a_templates_own_policy_is_warned_of():
    plain, own = (
        FakeCluster(bodies.job({"Worker": bodies.replica_set(**more)}))
        for more in ({}, {"restartPolicy": "Always"})
    )

    plain.steps()
    own.steps()

    assert plain.told("SettedPodTemplateRestartPolicy") == []
    assert len(own.told("SettedPodTemplateRestartPolicy")) == 1
    assert own.pod("worker-0")["spec"]["restartPolicy"] == "Never"


def test_without_a_container_of_the_right_name_nothing_is_made_or_written():
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set(name="other")}))

    with pytest.raises(NoPort):
        cluster.steps()

    assert (cluster.names("pods"), cluster.names("services"), cluster.writes) == ([], [], 0)


def test_a_job_that_cannot_be_read_is_told_of_and_left():
    body = bodies.job()
    body["spec"] = {}
    cluster = FakeCluster(body)

    assert cluster.steps() == [False]

    assert cluster.told("FailedMarshalTFJob") == [
        "Failed to unmarshal the object to TFJob object: spec has no tfReplicaSpecs"
    ]
    assert cluster.writes == 0


def test_a_job_that_is_gone_going_or_another_is_left_alone():
    gone, going, another = FakeCluster(None), FakeCluster(bodies.job()), FakeCluster(bodies.job())
    going.body["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    another.body["metadata"]["uid"] = "u-2"

    for cluster in (gone, going, another):
        assert cluster.steps() == [False]
        assert cluster.names("pods") == []


@pytest.mark.parametrize("refusal", [Refused("quota exceeded"), Conflict("quota exceeded")])
def test_a_refusal_is_told_of_and_is_tried_again_slowly_even_for_a_taken_name(refusal):
    cluster = FakeCluster(bodies.job())
    cluster.refusals = [refusal]

    with pytest.raises(Refused, match="quota exceeded") as caught:
        asyncio.run(step(cluster, "default", "example-job", "u-1"))

    assert caught.type is Refused
    assert cluster.told("FailedCreatePod") == ["Error creating: quota exceeded"]


def test_a_namesakes_leftovers_do_not_count_as_the_jobs_pods():
    cluster = FakeCluster(bodies.job({"Worker": bodies.replica_set()}))
    cluster.steps()
    cluster.turn(worker_0="Succeeded")
    cluster.pod("worker-0")["metadata"]["ownerReferences"][0]["uid"] = "u-0"

    cluster.steps()

    assert cluster.conditions == []
