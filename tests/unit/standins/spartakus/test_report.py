from __future__ import annotations

import json
import logging

import pytest

from spartakus import flags, report

NODE = {
    "metadata": {"name": "localnode-1"},
    "status": {"nodeInfo": {"kubeletVersion": "v1.14.1"}, "capacity": {"memory": "8Gi", "cpu": "2"}},
}
ARGV = ["volunteer", "--cluster-id=an-id", "--database=https://collector.test/"]


def test_the_flags_are_the_manifest_s():
    assert flags.read(ARGV) == flags.Settings("an-id", "https://collector.test", 24 * 3600)


@pytest.mark.parametrize(
    "argv", [[], ["volunteer"], ["volunteer", "--cluster-id=x"], ["collector", *ARGV[1:]]]
)
def test_other_flags_end_it(argv, capsys):
    with pytest.raises(SystemExit):
        flags.read(argv)
    assert "usage: spartakus" in capsys.readouterr().err


def test_the_record_has_the_nodes_without_their_names():
    made = report.make("an-id", 12.9, [NODE])

    assert (made["clusterID"], made["timestamp"]) == ("an-id", "12")
    (node,) = made["nodes"]
    assert node["kubeletVersion"] == "v1.14.1"
    assert node["capacity"] == [{"resource": "cpu", "value": "2"}, {"resource": "memory", "value": "8Gi"}]
    assert "localnode-1" not in json.dumps(made)


def test_it_is_posted_below_the_database(caplog):
    sent = []
    with caplog.at_level(logging.INFO):
        assert report.send("https://collector.test", {"a": 1}, lambda *call: sent.append(call))

    assert sent == [("https://collector.test/api/v1", b'{"a": 1}', 5.0)]
    assert "failed" not in caplog.text


def test_a_failure_is_the_original_s_line(caplog):
    def fail(*_):
        raise OSError("dial tcp: i/o timeout")

    assert not report.send("https://collector.test", {}, fail)
    assert (
        "failed sending report: HTTP request failed: Post https://collector.test/api/v1: dial tcp"
        in caplog.text
    )
