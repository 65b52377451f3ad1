from __future__ import annotations

import pytest

from tf_operator import exits, status

from . import bodies

NOW, LATER = "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"


def judged(current, job, kind, phases, *, replicas=1, restarts=False, now=NOW):
    status.count(current, kind, phases)
    status.judge(current, job, kind, replicas, restarts=restarts, now=now)
    return [it["type"] for it in current["conditions"] or []]


def test_the_documents_job_is_running_for_ever():
    job, current = bodies.read(), status.begun(None)

    judged(current, job, "Master", ["Succeeded"])
    judged(current, job, "PS", ["Running", "Running"], replicas=2)
    kinds = judged(current, job, "Worker", ["Running"])

    assert kinds == ["Running"]
    assert current["tfReplicaStatuses"] == {
        "Master": {"succeeded": 1},
        "PS": {"active": 2},
        "Worker": {"active": 1},
    }
    assert "completionTime" not in current
    assert not status.has_ended(current)


def test_conditions_say_what_the_originals_said():
    current = status.begun(None)

    judged(current, bodies.read(), "Worker", ["Running"])

    assert current["conditions"] == [
        {
            "type": "Running",
            "status": "True",
            "reason": "TFJobRunning",
            "message": "TFJob example-job is running.",
            "lastUpdateTime": NOW,
            "lastTransitionTime": NOW,
        }
    ]


def test_the_same_again_is_not_said_again():
    job, current = bodies.read(), status.begun(None)
    judged(current, job, "Worker", ["Running"])
    before = list(current["conditions"])

    judged(current, job, "Worker", ["Running"], now=LATER)

    assert current["conditions"] == before
    assert current["startTime"] == NOW


def test_all_workers_must_succeed():
    job, current = bodies.read(), status.begun(None)

    assert judged(current, job, "Worker", ["Succeeded", "Running"], replicas=2) == ["Running"]
    assert "startTime" not in current, "never were all of them running"
    kinds = judged(current, job, "Worker", ["Succeeded", "Succeeded"], replicas=2, now=LATER)

    assert kinds == ["Running", "Succeeded"]
    assert current["completionTime"] == LATER
    assert current["conditions"][-1]["message"] == "TFJob example-job is successfully completed."
    assert status.has_ended(current)


def test_where_there_is_a_chief_only_the_chief_decides():
    job = bodies.read(bodies.job({"Chief": bodies.replica_set(), "Worker": bodies.replica_set()}))
    current = status.begun(None)

    assert judged(current, job, "Worker", ["Succeeded"]) == []
    assert judged(current, job, "Chief", ["Running"]) == ["Running"]
    assert judged(current, job, "Chief", ["Succeeded"]) == ["Running", "Succeeded"]


@pytest.mark.parametrize("kind", ["Worker", "PS", "Master"])
def test_any_failed_pod_fails_the_job(kind):
    current = status.begun(None)

    assert judged(current, bodies.read(), kind, ["Failed"]) == ["Failed"]
    assert status.has_ended(current)
    assert "completionTime" not in current


def test_running_and_restarting_take_each_others_place():
    job, current = bodies.read(), status.begun(None)

    assert judged(current, job, "Worker", ["Running"]) == ["Running"]
    assert judged(current, job, "Worker", ["Failed"], restarts=True) == ["Restarting"]
    assert judged(current, job, "Worker", ["Running"]) == ["Running"]


def test_after_the_end_three_counts_are_emptied_and_the_masters_stays():
    current = status.begun({"tfReplicaStatuses": {"Master": {"succeeded": 1}, "PS": {"active": 2}}})

    status.forget_counts(current)

    assert current["tfReplicaStatuses"] == {"Master": {"succeeded": 1}, "PS": {}, "Worker": {}, "Chief": {}}


@pytest.mark.parametrize(
    ("code", "again"),
    [(130, True), (137, True), (143, True), (138, True)]
    + [(it, False) for it in (0, 1, 2, 126, 127, 128, 139, 255)],
)
def test_which_codes_are_worth_another_try(code, again):
    ended = [{"name": "tensorflow", "state": {"terminated": {"exitCode": code}}}]
    pod = {"status": {"phase": "Failed", "containerStatuses": ended}}

    assert exits.is_retried(pod) is again


def test_only_the_container_tensorflow_of_a_failed_pod_counts():
    other = [{"name": "sidecar", "state": {"terminated": {"exitCode": 137}}}]
    mine = [{"name": "tensorflow", "state": {"terminated": {"exitCode": 137}}}]

    assert not exits.is_retried({"status": {"phase": "Failed", "containerStatuses": other}})
    assert not exits.is_retried({"status": {"phase": "Running", "containerStatuses": mine}})
    assert not exits.is_retried({"status": {"phase": "Failed"}})
