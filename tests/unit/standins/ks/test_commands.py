from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ks import cli
from ks.kubectl import Answer

pytest.importorskip("_gojsonnet")

GOLDEN = Path(__file__).parent / "golden"
GENERATE = "generate pytorch-operator pytorch-operator"


def test_the_document_s_two_commands_bring_the_operator_to_the_cluster(ks, cluster, capsys):
    assert (ks(GENERATE), ks("apply default -c pytorch-operator")) == (0, 0)

    applied = [line for line in capsys.readouterr().err.splitlines() if "Writing" not in line]
    assert applied == [
        line
        for what in (
            "customresourcedefinitions pytorchjobs.kubeflow.org",
            "serviceaccounts default.pytorch-operator",
            "clusterroles pytorch-operator",
            "clusterrolebindings pytorch-operator",
            "configmaps default.pytorch-operator-config",
            "deployments default.pytorch-operator",
        )
        for line in (f"INFO Applying {what}", f"INFO Creating non-existent {what}")
    ]
    labels = cluster.objects["Deployment", "pytorch-operator"]["metadata"]["labels"]
    assert labels == {
        "app.kubernetes.io/deploy-manager": "ksonnet",
        "ksonnet.io/component": "pytorch-operator",
    }


@pytest.mark.parametrize("component", ["pytorch-operator", "tf-job-crd"])
def test_show_prints_the_golden_file(ks, capsys, component):
    ks(GENERATE)
    capsys.readouterr()

    assert ks(f"show default -c {component}") == 0
    assert capsys.readouterr().out == (GOLDEN / f"{component}.yaml").read_text(encoding="utf-8")


def test_current_kubernetes_takes_the_shape_of_every_object(ks, capsys):
    ks(GENERATE)
    ks("show default")
    found = {(o["kind"], o["apiVersion"]): o for o in yaml.safe_load_all(capsys.readouterr().out)}

    assert {version for _, version in found} == {
        "apiextensions.k8s.io/v1",
        "apps/v1",
        "rbac.authorization.k8s.io/v1",
        "v1",
    }
    deployment = found["Deployment", "apps/v1"]["spec"]
    assert (
        deployment["selector"]["matchLabels"].items() <= deployment["template"]["metadata"]["labels"].items()
    )
    version = found["CustomResourceDefinition", "apiextensions.k8s.io/v1"]["spec"]["versions"][0]
    assert version["schema"]["openAPIV3Schema"]["x-kubernetes-preserve-unknown-fields"]
    assert "subresources" not in version


def test_applying_twice_changes_nothing(ks, cluster):
    ks(GENERATE)
    ks("apply default")
    cluster.verbs.clear()

    assert ks("apply default") == 0
    assert set(cluster.verbs) == {"get"}


def test_a_changed_parameter_is_merged_and_others_additions_stay(ks, cluster):
    ks(GENERATE)
    ks("apply default")
    cluster.objects["Deployment", "pytorch-operator"]["metadata"]["labels"]["theirs"] = "yes"
    ks("param set pytorch-operator pytorchJobImage example.test/operator:2")

    assert ks("apply default") == 0
    deployment = cluster.objects["Deployment", "pytorch-operator"]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "example.test/operator:2"
    assert deployment["metadata"]["labels"]["theirs"] == "yes"
    assert cluster.patches[0]["metadata"]["resourceVersion"] == "1"


@pytest.mark.parametrize(("conflicts", "code"), [(4, 0), (5, 1)])
def test_a_conflict_is_tried_five_times(ks, cluster, conflicts, code, capsys):
    ks(GENERATE)
    ks("apply default -c pytorch-operator")
    ks("param set pytorch-operator pytorchJobImage example.test/operator:2")
    cluster.conflicts = conflicts
    capsys.readouterr()

    assert ks("apply default -c pytorch-operator") == code
    assert ("ERROR unable to update" in capsys.readouterr().err) is bool(code)


def test_delete_takes_everything_away_workloads_first(ks, cluster, capsys):
    ks(GENERATE)
    ks("apply default")
    capsys.readouterr()

    assert ks("delete default -c pytorch-operator") == 0
    assert list(cluster.objects) == [("CustomResourceDefinition", "tfjobs.kubeflow.org")]
    assert capsys.readouterr().err.startswith("INFO Deleting deployments default.pytorch-operator\n")


def test_parameters_are_listed_with_strings_in_quotes(ks, capsys):
    ks("generate pytorch-operator op --name=jobs")
    ks("param set op replicas 3")
    ks("param set op cloud 3 --as-string")
    ks("param set op disks true --env default")
    capsys.readouterr()

    ks("param list op")
    assert capsys.readouterr().out.splitlines() == [
        "COMPONENT PARAM               VALUE",
        "========= =====               =====",
        "op        cloud               '3'",
        "op        disks               'null'",
        "op        name                'jobs'",
        "op        namespace           'null'",
        "op        pytorchDefaultImage 'null'",
        "op        pytorchJobImage     'jgaguirr/pytorch-operator:latest'",
        "op        replicas            3",
    ]
    ks("param list op --env default")
    assert "op        disks               true" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (GENERATE, 'component with name "pytorch-operator" already exists'),
        ("generate nothing web", "no prototype names matched 'nothing'"),
        ("generate pytorch-operator web --colour=red", "unknown flag: --colour"),
        ("generate pytorch-operator ../web", 'component name "../web" is not valid'),
        ("param set web a 1", 'could not find component "web"'),
        ("apply production", 'environment "production" was not found'),
        ("show default -c web", 'component "web" was not found'),
        ("pkg install kubeflow/pytorch-job", 'package "pytorch-job" already exists'),
        ("registry add kubeflow /nowhere", 'registry "kubeflow" already exists'),
        ("registry add other /nowhere", "/nowhere is not a registry: it has no registry.yaml"),
        ("frobnicate", "invalid choice: 'frobnicate'"),
    ],
)
def test_an_error_is_one_line_and_exit_code_1(ks, capsys, line, says):
    ks(GENERATE)
    capsys.readouterr()

    assert ks(line) == 1
    said = capsys.readouterr().err
    assert said.startswith("ERROR ")
    assert says in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("The connection to the server was refused\n", "The connection to the server was refused"),
        ('E1124 12:33:36.780132 29 memcache.go:265] "Unhandled"\nerror: no such host\n', "no such host"),
        ("", "kubectl failed and did not say why"),
    ],
)
def test_what_kubectl_says_is_the_error(app, capsys, said, shown):
    def refuse(argv, stdin):
        return Answer(1, "", said)

    assert cli.main(["apply", "default"], start=app, kubectl=refuse) == 1
    assert capsys.readouterr().err.endswith(f"\nERROR {shown}\n")


def test_a_component_of_the_other_chapters_comes_as_data(app, ks, capsys):
    folder = app / "vendor" / "kubeflow" / "web" / "prototypes"
    folder.mkdir(parents=True)
    (folder / "web.jsonnet").write_text(
        "// @name io.ksonnet.pkg.web\n// @param name string Name.\n// @optionalParam port number 80 Port.\n"
        "{ apiVersion: 'v1', kind: 'Service', metadata: { name: import 'param://name' },\n"
        "  spec: { ports: [{ port: params.port }] } }\n",
        encoding="utf-8",
    )

    assert ks("generate --name inception web model-server") == 0
    capsys.readouterr()
    ks("show default -c model-server")
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["metadata"]["name"], shown["spec"]["ports"]) == ("inception", [{"port": 80}])


def test_the_shipped_package_is_the_registry_s_one(app):
    registry = app.parent / "kubeflow_repo" / "kubeflow" / "pytorch-job"
    vendored = app / "vendor" / "kubeflow" / "pytorch-job"

    def files(folder):
        return {f.relative_to(folder): f.read_bytes() for f in folder.rglob("*") if f.is_file()}

    assert files(vendored) == files(registry)


def test_an_application_from_nothing_is_the_shipped_one(tmp_path, app, cluster):
    (tmp_path / "swagger.json").write_text(json.dumps({"info": {"version": "v1.14.1"}}), encoding="utf-8")
    init = ["init", "new", "--skip-default-registries", "--api-spec=file:swagger.json"]
    new = tmp_path / "new"

    assert cli.main(init, start=tmp_path, kubectl=cluster) == 0
    assert cli.main(["registry", "add", "kubeflow", "../kubeflow_repo/kubeflow"], start=new) == 0
    assert cli.main(["pkg", "install", "kubeflow/pytorch-job"], start=new) == 0
    made = {f.relative_to(new) for f in new.rglob("*") if f.is_file()}
    shipped = {f.relative_to(app) for f in app.rglob("*") if f.is_file()}
    assert shipped - made == {Path("components/tf-job-crd.jsonnet")}
    assert made <= shipped
    raw = yaml.safe_load((new / "app.yaml").read_text(encoding="utf-8"))
    assert raw["environments"]["default"]["destination"] == {
        "namespace": "default",
        "server": "https://there:6443",
    }


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ([], "api.github.com"),
        (["--api-spec=file:s.json"], "api.github.com"),
        (["--skip-default-registries"], "raw.githubusercontent.com"),
        (["--skip-default-registries", "--api-spec=version:v1.14.1"], "raw.githubusercontent.com"),
    ],
)
def test_init_that_would_go_outside_is_refused_and_leaves_nothing(tmp_path, cluster, capsys, options, host):
    assert cli.main(["init", "new", *options], start=tmp_path, kubectl=cluster) == 1
    assert f"lookup {host}: no such host" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
    assert cluster.verbs == []


def test_a_removed_component_is_gone_with_what_environments_say_of_it(app, ks, capsys):
    files = [app / "components" / "params.libsonnet", app / "environments" / "default" / "params.libsonnet"]
    before = [file.read_text(encoding="utf-8") for file in files]
    ks(GENERATE)
    ks("param set pytorch-operator cloud here --env default")
    assert "here" in files[1].read_text(encoding="utf-8")

    assert ks("component rm pytorch-operator") == 0
    assert [file.read_text(encoding="utf-8") for file in files] == before
    capsys.readouterr()
    assert ks("component list") == 0
    assert capsys.readouterr().out.split() == ["COMPONENT", "=========", "tf-job-crd"]
    assert ks(GENERATE) == 0


def test_a_deleted_parameter_is_no_longer_listed(ks, capsys):
    ks(GENERATE)

    assert ks("param delete pytorch-operator cloud") == 0
    capsys.readouterr()
    ks("param list pytorch-operator")
    listed = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert "cloud" not in listed
    assert "disks" in listed
    assert ks("param delete pytorch-operator cloud") == 1
    assert 'no parameter "cloud"' in capsys.readouterr().err


def test_removing_a_component_that_is_not_there_is_an_error(ks, capsys):
    assert ks("component rm nothing") == 1
    assert 'component "nothing" was not found' in capsys.readouterr().err
