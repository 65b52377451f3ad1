from __future__ import annotations

import json

import pytest

from tf_sample.config import read_config, read_seconds

CLUSTER = {"master": ["m:2222"], "ps": ["a:1", "b:2"]}


def read(**config):
    return read_config(json.dumps(config))


def test_a_task_is_read_with_its_port():
    config = read(cluster=CLUSTER, task={"type": "ps", "index": 1})

    assert (config.role, config.index, config.port) == ("ps", 1, 2)
    assert config.cluster == CLUSTER


@pytest.mark.parametrize("text", ["", "{}", '{"cluster": null, "task": null}'])
def test_without_a_cluster_there_is_no_role(text):
    config = read_config(text)

    assert (config.role, config.index, config.cluster) == ("", 0, {})


def test_without_a_role_the_process_is_the_master():
    assert read(cluster=CLUSTER).port == 2222


@pytest.mark.parametrize("role", ["chief", "evaluator", "x"])
def test_other_roles_are_refused(role):
    with pytest.raises(ValueError, match=role):
        read(task={"type": role})


def test_a_task_that_is_not_in_the_cluster_has_no_port():
    with pytest.raises(LookupError):
        _ = read(cluster=CLUSTER, task={"type": "worker"}).port


def test_only_the_time_to_sleep_is_read_of_the_command_line():
    assert read_seconds(["--other=1", "--sleep_secs=2", "x"]) == 2
    assert read_seconds(["--other=1"]) == 0
