from __future__ import annotations

import pytest

from pytorch_operator import status

from . import bodies
from .bodies import ended

RUNNING = {"running": {}}


def all_pods(job, state):
    ranks = [("MASTER", 0), ("WORKER", 1), ("WORKER", 2), ("WORKER", 3)]
    return [bodies.pod(job, kind, rank, state=state) for kind, rank in ranks]


def test_a_finished_job_counts_its_workers_wrongly_as_the_original_does():
    job = bodies.read()

    assert status.status_of(job, all_pods(job, ended(0))) == {
        "phase": "Done",
        "reason": "",
        "replicaStatuses": [
            {"ReplicasStates": {"Succeeded": 1}, "replica_type": "MASTER", "state": "Succeeded"},
            {"ReplicasStates": {"Running": 1, "Succeeded": 2}, "replica_type": "WORKER", "state": "Running"},
        ],
        "state": "Succeeded",
    }


def test_the_last_worker_never_counts_and_the_second_last_does():
    job = bodies.read()
    pods = all_pods(job, RUNNING)

    pods[3] = bodies.pod(job, "WORKER", 3, state=ended(1))
    last_failed = status.status_of(job, pods)["replicaStatuses"][1]["state"]
    pods[2] = bodies.pod(job, "WORKER", 2, state=ended(1))
    second_last_failed = status.status_of(job, pods)["replicaStatuses"][1]["state"]

    assert (last_failed, second_last_failed) == ("Running", "Failed")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (RUNNING, ("Creating", "Running")),
        ({"waiting": {"reason": "ContainerCreating"}}, ("Creating", "Running")),
        (None, ("Creating", "Unknown")),
        (ended(0), ("Done", "Succeeded")),
        (ended(1), ("Done", "Failed")),
        (ended(137), ("Done", "Failed")),
    ],
)
def test_the_master_decides(state, expected):
    job = bodies.read()
    pods = [bodies.pod(job, "MASTER", 0, state=state), *all_pods(job, ended(0))[1:]]

    told = status.status_of(job, pods)

    assert (told["phase"], told["state"]) == expected


def test_no_pod_counts_as_running():
    assert status.status_of(bodies.read(), [])["state"] == "Running"


def test_the_newest_pod_speaks_for_its_index():
    job = bodies.read()
    old = bodies.pod(job, "MASTER", 0, state=ended(1), phase="Failed")
    new = bodies.pod(job, "MASTER", 0, state=RUNNING, created="2026-01-01T00:00:09Z")

    assert status.status_of(job, [new, old])["state"] == "Running"
    assert status.status_of(job, [old])["state"] == "Failed"


def test_pods_of_a_namesake_do_not_count():
    job = bodies.read()
    other = bodies.pod(job, "MASTER", 0, state=ended(0))
    other["metadata"]["labels"]["runtime_id"] = "othr"

    assert status.status_of(job, [other])["state"] == "Running"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"Failed": 1, "Running": 2}, "Failed"),
        ({"Running": 1, "Succeeded": 2}, "Running"),
        ({"Succeeded": 3}, "Succeeded"),
        ({"Succeeded": 2, "Unknown": 1}, "Unknown"),
    ],
)
def test_one_word_for_a_replica_set(counts, expected):
    assert status.summary(counts, 3) == expected
