"""Evidence is of the pods concerned, bounded, and never a failure of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.errors import ContainerFailed
from lab.spec.actions import Run, Wait
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.scenario import Step
from lab.steps import Stage, evidence
from tests.fakes import FakeClock, FakeContainers, completed, fake_host


def pod(name, namespace="default", phase="Running", labels=None, *, waiting=False):
    state = {"waiting": {"reason": "ImagePullBackOff"}} if waiting else {"running": {}}
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}},
        "status": {"phase": phase, "containerStatuses": [{"state": state}]},
    }


PODS = [
    pod("well"),
    pod("job-master-0", labels={"job": "mnist"}),
    pod("sick", "kubeflow", phase="Pending", waiting=True),
    pod("done", phase="Succeeded"),
]


def event(when, reason, **rest):
    about = {"kind": "Pod", "namespace": "default", "name": "a"}
    return {"type": "Warning", "reason": reason, "message": "so it is\n", "involvedObject": about, **rest} | {
        "lastTimestamp": when
    }


EVENTS = [
    event("2026-01-02T03:05:00Z", "BackOff", count=3),
    event("2026-01-02T03:04:00Z", "Earlier"),  # than the scenario
    event(None, "Scheduled", eventTime="2026-01-02T03:04:30.123456Z"),
    *(event("2026-01-02T03:05:00Z", f"Pulled{number:02}") for number in range(40)),
]


def gather(action, *, answer=None, clock=None):
    def answers(call):
        if answer is not None:
            return answer(call)
        line = " ".join(call.argv)
        if "get pods" in line:
            return completed(json.dumps({"items": PODS}))
        if "get events" in line:
            return completed(json.dumps({"items": EVENTS}))
        if "--previous" in call.argv:
            return completed(stderr="previous terminated container not found", exit_code=1)
        return completed("x" * 10_000 if "describe" in line else "a log")

    host = fake_host(
        containers=FakeContainers(answers, anything_stands=True), clock=clock or FakeClock()
    )  # fmt: skip
    stage = Stage(plan(LabConfig()), host, Path(), host.clock.now())
    return evidence.gather(Step(name="a", action=action), stage)


def titles(pieces):
    return [piece.title for piece in pieces]


@pytest.mark.parametrize(
    "action",
    [
        Run(command="kubectl logs job-master-0"),
        Run(command="kubectl get pods -l job=mnist"),
        Run(command="true", **{"from": "pod/default/job-master-0"}),
        Wait(resource="pod -l job=mnist", **{"for": "condition=Ready"}),
        Wait(resource="pod/job-master-0", **{"for": "condition=Ready"}),
    ],
    ids=str,
)
def test_pods_that_the_step_names_or_selects(action):
    assert titles(gather(action)) == [
        "events",
        "describe pod default/job-master-0",
        "logs of pod default/job-master-0",
    ]


def test_pods_that_are_not_well_where_the_step_names_none():
    assert titles(gather(Run(command="kubectl get crd")))[1:] == [
        "describe pod kubeflow/sick",
        "logs of pod kubeflow/sick",
    ]


def test_every_piece_is_bounded():
    for piece in gather(Run(command="true")):
        assert len(piece.text) <= evidence.MAX_CHARACTERS + 100


def test_events_are_those_since_the_scenario_began_the_latest_last(monkeypatch):
    monkeypatch.setattr(evidence, "EVENT_LINES", 42)
    lines = gather(Run(command="true"))[0].text.splitlines()

    assert len(lines) == 42
    assert lines[0] == "2026-01-02T03:04:30.123456Z Warning Scheduled pod default/a: so it is"
    assert lines[1] == "2026-01-02T03:05:00Z Warning BackOff pod default/a (x3): so it is"
    assert "Earlier" not in "".join(lines)


def test_events_are_few():
    lines = gather(Run(command="true"))[0].text.splitlines()

    assert [line.split()[2] for line in lines] == [f"Pulled{number:02}" for number in range(20, 40)]


def test_an_engine_that_fails_is_evidence_too():
    def broken(_):
        raise ContainerFailed("no such container: lab-workstation")

    (piece,) = gather(Run(command="true"), answer=broken)

    assert piece.text == "(cannot be looked up: no such container: lab-workstation)"


def test_answers_that_are_no_json_are_survived():
    assert gather(Run(command="true"), answer=lambda _: completed("not JSON")) == ()


def test_a_slow_cluster_does_not_hold_the_run_up():
    clock = FakeClock()

    def slow(call):
        clock.pass_time(call.timeout)
        return completed(exit_code=None)

    gather(Run(command="true"), answer=slow, clock=clock)

    assert clock.passed <= evidence.BUDGET_SECONDS
