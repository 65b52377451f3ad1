from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from operators.logs import LogrusLines
from pytorch_operator.flags import Flags, read_flags

CONFIG = "/etc/config/controller_config_file.yaml"


def test_the_manifests_command_line():
    flags = read_flags([f"--controller-config-file={CONFIG}", "--alsologtostderr", "-v=1"])

    assert flags == Flags(config_file=Path(CONFIG), version=False, json_log=True)


@pytest.mark.parametrize("dash", ["-", "--"])
def test_one_dash_does_as_well_as_two(dash):
    assert read_flags([f"{dash}json-log-format=false", f"{dash}version"]) == Flags(
        None, version=True, json_log=False
    )


@pytest.mark.parametrize("argv", [["--bogus"], ["--json-log-format=perhaps"]])
def test_an_unknown_flag_or_value_ends_with_code_2(argv, capsys):
    with pytest.raises(SystemExit, match="2"):
        read_flags(argv)
    assert "pytorch-operator: error:" in capsys.readouterr().err


def record():
    made = logging.LogRecord("n", logging.WARNING, "/x/reconcile.py", 7, "made %s", ("it",), None)
    made.created = 0.0
    return made


def test_log_lines_are_json():
    assert json.loads(LogrusLines(as_json=True).format(record())) == {
        "filename": "reconcile.py:7",
        "level": "warning",
        "msg": "made it",
        "time": "1970-01-01T00:00:00Z",
    }


def test_log_lines_are_pairs_when_asked_for():
    expected = 'filename="reconcile.py:7" level="warning" msg="made it" time="1970-01-01T00:00:00Z"'

    assert LogrusLines(as_json=False).format(record()) == expected
