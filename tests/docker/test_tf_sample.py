"""The TensorFlow smoke test, in four containers as the document's job has them in pods."""

from __future__ import annotations

import json
import re

import pytest

from tests.docker.scratch import image_for, scratch_network

pytestmark = pytest.mark.docker

SAMPLE = "gcr.io/tf-on-k8s-dogfood/tf_sample:dc944ff"
ROLES = {"worker": 1, "ps": 2, "master": 1}
DOCUMENT = [
    "INFO:root:Tensorflow version: 1.3.0-rc2",
    "INFO:root:Tensorflow git version: v1.3.0-rc1-27-g2784b1c",
    (
        "INFO:root:tf_config: {u'cluster': {u'worker': [u'example-job-worker-0.default.svc.cluster.local:2222'],"
        " u'ps': [u'example-job-ps-0.default.svc.cluster.local:2222',"
        " u'example-job-ps-1.default.svc.cluster.local:2222'],"
        " u'master': [u'example-job-master-0.default.svc.cluster.local:2222']},"
        " u'task': {u'index': 0, u'type': u'master'}}"
    ),
]
END_SECONDS = 90


def host(role: str, index: int) -> str:
    return f"example-job-{role}-{index}.default.svc.cluster.local"


@pytest.fixture(scope="module")
def image(engine):
    return image_for(engine, SAMPLE)


@pytest.fixture
def network(engine):
    with scratch_network(engine) as made:
        yield made


@pytest.fixture
def start(engine, image, network):
    """Start one process of the job, under the name that its peers know it by."""
    cluster = {role: [f"{host(role, index)}:2222" for index in range(count)] for role, count in ROLES.items()}

    def started(role: str, index: int):
        config = json.dumps(
            {"cluster": dict(sorted(cluster.items())), "task": {"type": role, "index": index}}
        )
        endpoint = engine.api.create_endpoint_config(aliases=[host(role, index)])
        return engine.containers.run(
            image.id,
            environment={"TF_CONFIG": config},
            detach=True,
            network=network.name,
            networking_config={network.name: endpoint},
        )

    return started


def test_every_process_multiplies_for_the_master_which_then_ends(start):
    master = start("master", 0)  # first of all: it is to wait for its peers
    peers = [start("worker", 0), start("ps", 0), start("ps", 1)]

    assert master.wait(timeout=END_SECONDS)["StatusCode"] == 0

    said = master.logs().decode()
    assert said.splitlines()[:3] == DOCUMENT
    assert re.search(r"^INFO:root:stand-in: TensorFlow 2\.", said, re.MULTILINE)
    results = re.findall(r"Result: (\[\[.*?\]\])", said, re.DOTALL)
    squares = [str(number * number) for number in range(100)]
    assert [re.findall(r"\d+", result) for result in results] == [squares] * 4
    assert sorted(re.findall(r"^Mul\S*: \(Mul\): (\S+)$", said, re.MULTILINE)) == [
        "/job:master/replica:0/task:0/cpu:0",
        "/job:ps/replica:0/task:0/cpu:0",
        "/job:ps/replica:0/task:1/cpu:0",
        "/job:worker/replica:0/task:0/cpu:0",
    ]
    for peer, word in zip(peers, ("Worker", "PS", "PS"), strict=True):
        peer.reload()
        assert peer.status == "running"
        assert peer.logs().decode().endswith(f"INFO:root:Running {word} code.\n")
        peer.stop(timeout=10)
        assert peer.wait()["StatusCode"] == 128 + 15, "it hears SIGTERM, though TensorFlow blocks"


def test_an_unknown_role_ends_in_an_error(engine, image):
    made = engine.containers.run(
        image.id, environment={"TF_CONFIG": '{"task": {"type": "chief"}}'}, detach=True, network_mode="none"
    )
    try:
        assert made.wait(timeout=END_SECONDS)["StatusCode"] == 1
        assert "ValueError" in made.logs().decode()
    finally:
        made.remove(force=True)
