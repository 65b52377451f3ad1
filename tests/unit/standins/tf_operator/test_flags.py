from __future__ import annotations

import pytest

from tf_operator.flags import Flags, read_flags


def test_the_manifests_command_line():
    assert read_flags(["--alsologtostderr", "-v=1"]) == Flags(version=False, json_log=False)


def test_what_else_v2_knows():
    argv = ["-master=http://x", "--threadiness=2", "-json-log-format", "--version=true"]

    assert read_flags(argv) == Flags(version=True, json_log=True)


def test_v2_has_no_flag_for_a_config_file(capsys):
    with pytest.raises(SystemExit, match="2"):
        read_flags(["--controller-config-file=/etc/config/controller_config_file.yaml"])
    assert "tf-operator.v2: error:" in capsys.readouterr().err
