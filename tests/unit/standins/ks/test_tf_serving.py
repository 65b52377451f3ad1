"""The package tf-serving, by the document's own commands."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

pytest.importorskip("_gojsonnet")

GOLDEN = Path(__file__).parent / "golden" / "model-server.yaml"
COMMANDS = (
    "pkg install kubeflow/tf-serving",
    "generate tf-serving model-server --name=inception",
    "param set model-server modelPath /serving/inception-export",
    "param set model-server modelServerImage katacoda/tensorflow_serving",
)


@pytest.fixture
def generated(ks, app, capsys):
    text = (app / "app.yaml").read_text(encoding="utf-8")
    registry = str(app.parent / "kubeflow_repo" / "kubeflow")
    (app / "app.yaml").write_text(text.replace("/root/kubeflow_repo/kubeflow", registry), encoding="utf-8")
    assert [ks(command) for command in COMMANDS] == [0] * len(COMMANDS)
    capsys.readouterr()
    return ks


def shown(ks, capsys) -> dict:
    assert ks("show default -c model-server") == 0
    return {found["kind"]: found for found in yaml.safe_load_all(capsys.readouterr().out)}


def test_show_prints_the_golden_file(generated, capsys):
    assert generated("show default -c model-server") == 0
    assert capsys.readouterr().out == GOLDEN.read_text(encoding="utf-8")


def test_param_list_shows_what_was_set_and_nothing_of_the_defaults(generated, capsys):
    generated("param list model-server")

    assert capsys.readouterr().out.split()[6:] == [
        *("model-server", "modelPath", "'/serving/inception-export'"),
        *("model-server", "modelServerImage", "'katacoda/tensorflow_serving'"),
        *("model-server", "name", "'inception'"),
    ]


def test_a_model_of_the_user_s_is_on_a_claim(generated, capsys):
    generated("param set model-server modelStorageType nfs")
    generated("param set model-server nfsPVC models")
    generated("param set model-server modelPath /mnt/mine")

    pod = shown(generated, capsys)["Deployment"]["spec"]["template"]["spec"]

    assert pod["volumes"] == [{"name": "nfs", "persistentVolumeClaim": {"claimName": "models"}}]
    assert pod["containers"][0]["volumeMounts"] == [{"name": "nfs", "mountPath": "/mnt"}]
    assert "--model_base_path=/mnt/mine" in pod["containers"][0]["args"]


@pytest.mark.parametrize(
    ("parameter", "said"),
    [("modelStorageType nfs", "set nfsPVC"), ("deployHttpProxy true", "leave it false")],
)
def test_what_is_not_played_says_so(generated, capsys, parameter, said):
    generated(f"param set model-server {parameter}")

    assert generated("show default -c model-server") == 1
    assert said in capsys.readouterr().err


def test_a_second_version_has_no_service_of_its_own(generated, capsys):
    generated("param set model-server firstVersion false")
    generated("param set model-server version v2")

    assert {kind: found["metadata"]["name"] for kind, found in shown(generated, capsys).items()} == {
        "Deployment": "inception-v2"
    }
