"""The core of Kubeflow as the registry beside deploy.sh has it."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml

from ks import cli

from .conftest import WORKSTATION

pytest.importorskip("_gojsonnet")

HOME = WORKSTATION / "home"
RENDERED = HOME / "kube-manifests" / "kubeflow-core.yaml"
PACKAGES = ("argo", "core", "examples", "katib", "mpi-job", "pytorch-job", "seldon", "tf-serving")


@pytest.fixture
def ks(tmp_path, cluster):
    """A new application with the core, made by deploy.sh's own commands."""
    shutil.copytree(WORKSTATION / "kubeflow_repo", tmp_path / "repo")
    shutil.copy(HOME / "swagger.json", tmp_path)

    def call(line):
        start = tmp_path / "app"
        return cli.main(line.split(), start=start if start.is_dir() else tmp_path, kubectl=cluster)

    assert call("init app --skip-default-registries --api-spec=file:swagger.json") == 0
    assert call(f"registry add kubeflow {tmp_path}/repo/kubeflow") == 0
    for package in PACKAGES:
        assert call(f"pkg install kubeflow/{package}") == 0
    assert call("generate kubeflow-core kubeflow-core") == 0
    return call


@pytest.fixture
def core(ks, capsys):
    """Render the component with what is told to it as `{parameter: value}`, after `ks param set`."""

    def render(told=None):
        for name, value in (told or {}).items():
            assert ks(f"param set kubeflow-core {name} {value}") == 0
        capsys.readouterr()
        code = ks("show default -c kubeflow-core")
        said = capsys.readouterr()
        assert code == 0, said.err
        return {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(said.out)}

    return render


def test_the_manifests_beside_deploy_sh_are_what_ks_renders(core):
    there = list(yaml.safe_load_all(RENDERED.read_text(encoding="utf-8")))
    found = core({"reportUsage": "true"})
    del found["ConfigMap", "jupyterhub-config"]

    assert list(found.values()) == there


def test_the_workloads_are_those_of_the_document(core):
    found = core({"reportUsage": "true", "usageId": "some-id"})
    pods = {
        (kind, name): (
            o["spec"]["replicas"],
            [c["image"] for c in o["spec"]["template"]["spec"]["containers"]],
            o["spec"]["template"]["metadata"]["labels"],
        )
        for (kind, name), o in found.items()
        if kind in {"Deployment", "StatefulSet"}
    }
    operator = "gcr.io/kubeflow-images-public/tf_operator:v0.2.0"
    dashboard = "gcr.io/kubeflow-images-public/centraldashboard:v0.2.1"
    spartakus = "gcr.io/google_containers/spartakus-amd64:v1.0.0"

    assert pods == {
        ("Deployment", "ambassador"): (
            3,
            ["quay.io/datawire/ambassador:0.30.1", "quay.io/datawire/statsd:0.30.1"],
            {"service": "ambassador"},
        ),
        ("Deployment", "centraldashboard"): (1, [dashboard], {"app": "centraldashboard"}),
        ("Deployment", "spartakus-volunteer"): (1, [spartakus], {"app": "spartakus-volunteer"}),
        ("StatefulSet", "tf-hub"): (
            1,
            ["gcr.io/kubeflow/jupyterhub-k8s:v20180531-3bb991b1"],
            {"app": "tf-hub"},
        ),
        ("Deployment", "tf-job-dashboard"): (1, [operator], {"name": "tf-job-dashboard"}),
        ("Deployment", "tf-job-operator-v1alpha2"): (1, [operator], {"name": "tf-job-operator"}),
    }
    arguments = found["Deployment", "spartakus-volunteer"]["spec"]["template"]["spec"]["containers"][0][
        "args"
    ]
    assert arguments[1] == "--cluster-id=some-id"


def test_the_services_are_those_of_the_document(core):
    found = {
        name: (o["spec"].get("clusterIP"), o["spec"]["ports"][0]["port"], o["spec"]["ports"][0]["targetPort"])
        for (kind, name), o in core().items()
        if kind == "Service"
    }

    assert found == {
        "ambassador": (None, 80, 80),
        "ambassador-admin": (None, 8877, 8877),
        "centraldashboard": (None, 80, 8082),
        "k8s-dashboard": (None, 443, 8443),
        "tf-hub-0": ("None", 8000, 8000),
        "tf-hub-lb": (None, 80, 8000),
        "tf-job-dashboard": (None, 80, 8080),
    }


def test_nobody_reports_usage_unless_it_is_asked_for(core):
    assert not [name for _, name in core() if "spartakus" in name]
    assert [kind for kind, name in core({"reportUsage": "true"}) if name == "spartakus-volunteer"]


def test_the_namespace_goes_into_objects_rights_and_routes(core):
    found = core({"namespace": "lab"})

    homes = {
        o["metadata"].get("namespace") for (kind, _), o in found.items() if not kind.startswith("Cluster")
    }
    assert homes == {"lab", None}  # None: the resource definition, which has no namespace
    assert found["ClusterRoleBinding", "tf-job-operator"]["subjects"][0]["namespace"] == "lab"
    route = found["Service", "tf-hub-lb"]["metadata"]["annotations"]["getambassador.io/config"]
    assert "tf-hub-lb.lab" in route


@pytest.mark.parametrize(
    ("name", "value"),
    [("disks", "one"), ("jupyterHubAuthenticator", "iap"), ("tfJobVersion", "v1alpha1")],
)
def test_what_is_not_played_is_refused_by_name(ks, core, capsys, name, value):
    core()
    ks(f"param set kubeflow-core {name} {value}")

    assert ks("show default") == 1
    assert f"{name}: " in capsys.readouterr().err


def test_deploy_sh_has_the_original_s_commands_in_its_order_and_the_two_options_that_keep_it_inside():
    lines = (HOME / "deploy.sh").read_text(encoding="utf-8").splitlines()

    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -xe" in lines
    assert f"for package in {' '.join(PACKAGES)}; do" in lines
    assert [line.strip() for line in lines if re.match(r" *ks ", line)] == [
        'ks init "$(basename "${KUBEFLOW_KS_DIR}")" --skip-default-registries --api-spec="file:${SWAGGER}"',
        'ks registry add kubeflow "${KUBEFLOW_REPO}/kubeflow"',
        'ks pkg install "kubeflow/${package}"',
        "ks generate kubeflow-core kubeflow-core",
        "ks param set kubeflow-core reportUsage true",
        'ks param set kubeflow-core usageId "${USAGE_ID}"',
        "ks apply default",
    ]


def test_every_package_of_the_registry_has_its_parts():
    registry = WORKSTATION / "kubeflow_repo" / "kubeflow"
    listed = yaml.safe_load((registry / "registry.yaml").read_text(encoding="utf-8"))["libraries"]

    assert sorted(listed) == sorted(PACKAGES)
    for package in PACKAGES:
        parts = yaml.safe_load((registry / package / "parts.yaml").read_text(encoding="utf-8"))
        assert parts["name"] == package
