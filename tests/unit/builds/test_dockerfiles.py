"""The files under `images/`, held against the tree they are built from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from lab.builds.inputs import read_inputs

ROOT = Path(__file__).parents[3]
HCL = (ROOT / "images" / "docker-bake.hcl").read_text()
BUILT = {
    f"airgap-lab/{name}"
    for tags in re.findall("tags .*", HCL)
    for name in re.findall(r'"airgap-lab/(.*?):latest"', tags)
}
TARGETS = dict(re.findall(r'^target "(.*?)" {\n(.*?)^}', HCL, re.MULTILINE | re.DOTALL))
DOCKERFILES = re.findall(r'dockerfile = "(.*)"', HCL)


def test_every_target_is_in_the_default_group():
    targets = re.findall(r'^target "(.*)"', HCL, re.MULTILINE)
    group = re.search(r"targets = \[(.*?)]", HCL, re.DOTALL)

    assert group is not None
    assert sorted(targets) == sorted(re.findall(r'"(.*?)"', group[1]))
    assert len(DOCKERFILES) == len(targets)


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_what_a_dockerfile_copies_is_there(dockerfile: str):
    inputs = read_inputs((ROOT / dockerfile).read_text(), {})

    assert inputs.images
    assert [path for path in inputs.paths if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("dockerfile", DOCKERFILES)
def test_a_dockerfile_needs_no_registry(dockerfile: str):
    text = (ROOT / dockerfile).read_text()

    assert not re.search(r"^#\s*syntax\s*=", text, re.MULTILINE), "a frontend is pulled from a registry"
    assert all(image.startswith("airgap-lab/") for image in read_inputs(text, {}).images)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_links_what_its_dockerfile_stands_on_and_nothing_else(target: str):
    dockerfile = re.search(r'dockerfile = "(.*)"', TARGETS[target])
    assert dockerfile is not None
    linked = {
        name: f"airgap-lab/{to}" for name, to in re.findall(r'"([^"]*)" = "target:(.*?)"', TARGETS[target])
    }
    named = {image for image in read_inputs((ROOT / dockerfile[1]).read_text(), {}).images if image in BUILT}

    assert linked == {image: image for image in named}


def test_what_several_stand_on_is_built_too():
    assert {"airgap-lab/python", "airgap-lab/operator", "airgap-lab/tensorflow"} <= BUILT


def test_no_run_is_written_twice():
    """What two of them need is a stage or a base: written twice, it is soon two layers."""
    runs: dict[str, list[str]] = {}
    for dockerfile in sorted(ROOT.glob("images/*/Dockerfile")):
        for run in re.findall(r"^RUN (?:.*\\\n)*.*$", dockerfile.read_text(), re.MULTILINE):
            runs.setdefault(" ".join(run.split()), []).append(dockerfile.parent.name)

    assert "operator" in {name for names in runs.values() for name in names}
    assert {run: names for run, names in runs.items() if len(names) > 1} == {}


@pytest.mark.parametrize("name", [Path(dockerfile).parent.name for dockerfile in DOCKERFILES])
def test_every_image_says_what_it_stands_for(name: str):
    lines = (ROOT / "images" / name / "README.md").read_text().strip().splitlines()

    assert 2 <= len(lines) <= 4


def test_the_registry_asks_no_password_and_lets_delete():
    config = yaml.safe_load((ROOT / "images" / "registry" / "config.yml").read_text())

    assert "auth" not in config
    assert config["storage"]["delete"] == {"enabled": True}


def test_the_job_on_the_workstation_is_the_document_s():
    (job,) = yaml.safe_load_all(
        (ROOT / "images" / "workstation" / "home" / "pytorch_example.yaml").read_text()
    )

    assert (job["apiVersion"], job["kind"]) == ("kubeflow.org/v1alpha1", "PyTorchJob")
    assert [(one["replicas"], one["replicaType"]) for one in job["spec"]["replicaSpecs"]] == [
        (1, "MASTER"),
        (3, "WORKER"),
    ]
