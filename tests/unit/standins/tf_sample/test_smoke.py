from __future__ import annotations

import json
import logging

import pytest

from tf_sample import smoke
from tf_sample.config import read_config
from tf_sample.smoke import Product, devices, run

CLUSTER = {"master": ["m:2222"], "ps": ["a:2222", "b:2222"], "worker": ["w:2222"]}


class Tensors:
    """TensorFlow that computes nothing and keeps what it was asked for."""

    version = "2.0 (v2.0)"

    def __init__(self):
        self.asked, self.joined = [], False

    def describe(self, config):
        return f'job_name: "{config.role}"\nprotocol: "grpc"\n'

    def serve(self, config):
        return self

    def join(self):
        self.joined = True

    def products(self, target, places):
        self.asked = [target, *places]
        for number, place in enumerate(places):
            yield Product("[[0 1]]", f"Mul_{number}: (Mul): {place}")


@pytest.fixture
def play(caplog: pytest.LogCaptureFixture):
    def played(**config):
        caplog.set_level(logging.INFO)
        caplog.clear()
        tensors = Tensors()
        run(read_config(json.dumps(config)), lambda: tensors)
        return tensors, caplog.messages

    return played


def test_the_master_multiplies_on_everyone_in_the_order_of_python_2(play, capsys):
    tensors, said = play(cluster=CLUSTER, task={"type": "master", "index": 0})

    places = ["/job:worker/task:0", "/job:ps/task:0", "/job:ps/task:1", "/job:master/task:0"]
    assert tensors.asked == ["grpc://localhost:2222", *places]
    assert said[:2] == [
        "Tensorflow version: 1.3.0-rc2",
        "Tensorflow git version: v1.3.0-rc1-27-g2784b1c",
    ]
    assert [line.split(":")[0] for line in said[2:]] == [
        "tf_config",
        "stand-in",
        "task",
        "cluster_spec",
        "server_def",
        "Building server.",
        "Finished building server.",
        "Running master.",
        "Server target",
    ] + ["Result"] * 4
    assert said[3] == "stand-in: TensorFlow 2.0 (v2.0)"
    assert capsys.readouterr().out.splitlines() == [
        f"Mul_{number}: (Mul): {place}" for number, place in enumerate(places)
    ]
    assert not tensors.joined


@pytest.mark.parametrize(("role", "word"), [("ps", "PS"), ("worker", "Worker")])
def test_the_others_wait(play, role, word):
    tensors, said = play(cluster=CLUSTER, task={"type": role, "index": 0})

    assert said[-1] == f"Running {word} code."
    assert tensors.joined
    assert tensors.asked == []


def test_alone_there_is_nothing_to_multiply_on(play, caplog):
    tensors, said = play()

    assert "server_def" not in " ".join(said)
    assert ("ERROR", "Using default device function.") in [
        (it.levelname, it.message) for it in caplog.records
    ]
    assert tensors.asked == [""]
    assert not [line for line in said if line.startswith("Result")]


def test_lines_begin_as_the_originals():
    assert smoke.log.name == "root"


def test_every_task_is_a_device():
    assert devices({"ps": ["a", "b"]}) == ["/job:ps/task:0", "/job:ps/task:1"]
    assert devices({}) == []
