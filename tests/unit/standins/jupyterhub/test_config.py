"""What the hub is told, and what the spawner's form makes of what is typed into it."""

from __future__ import annotations

import html.parser
import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[4]
FILE = ROOT / "images/workstation/kubeflow_repo/kubeflow/core/jupyterhub_config.py"
CONFIG = SimpleNamespace(**runpy.run_path(str(FILE)))

ENV = {"NOTEBOOK_PVC_MOUNT": "/home/jovyan", "REGISTRY": "gcr.io", "REPO_NAME": "kubeflow-images-public"}
EMPTY = {name: [""] for name in ("image", "cpu_guarantee", "mem_guarantee", "extra_resource_limits")}
IMAGE = "gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-cpu:v0.2.1"


class Section(SimpleNamespace):
    pass


class Config:
    """Makes a section when it is asked for one, as the hub's own does."""

    def __getattr__(self, name):
        made = Section()
        setattr(self, name, made)
        return made


class Fields(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.inputs, self.options = {}, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "input":
            self.inputs[given["name"]] = given
        if tag == "option":
            self.options.append(given["value"])


def configured(env=ENV):
    c = Config()
    CONFIG.configure(c, env)
    return c


def spawned(typed):
    spawner = Section()
    CONFIG.apply(spawner, CONFIG.chosen(typed))
    return spawner


def test_the_hub_runs_what_is_said_of_itself():
    c = Config()

    runpy.run_path(str(FILE), init_globals={"get_config": lambda: c})

    assert c.JupyterHub.hub_ip == "0.0.0.0"
    assert c.Authenticator.allow_all is True
    assert "DummyAuthenticator" not in vars(c)  # so no password is asked for


def test_pods_and_claims_have_the_names_of_the_document():
    spawner = configured().KubeSpawner

    assert (spawner.pod_name_template, spawner.pvc_name_template) == (
        "jupyter-{username}",
        "claim-{username}",
    )
    assert spawner.storage_capacity == "10Gi"
    assert spawner.volumes[0]["persistentVolumeClaim"]["claimName"] == "claim-{username}"
    assert spawner.volume_mounts == [{"mountPath": "/home/jovyan", "name": spawner.volumes[0]["name"]}]
    assert not hasattr(spawner, "storage_class")
    assert (spawner.uid, spawner.fs_gid) == (1000, 100)
    assert (spawner.start_timeout, spawner.http_timeout) == (1800, 300)
    assert [*spawner.cmd, *spawner.args] == ["start-singleuser.sh", "--allow-root"]


@pytest.mark.parametrize("mount", ["", "null"])
def test_without_a_place_for_it_there_is_no_claim(mount):
    spawner = configured(ENV | {"NOTEBOOK_PVC_MOUNT": mount}).KubeSpawner

    assert not hasattr(spawner, "storage_pvc_ensure")
    assert not hasattr(spawner, "volumes")


def test_the_form_has_four_empty_fields_and_ten_suggestions():
    fields = Fields(configured().KubeSpawner.options_form)

    assert list(fields.inputs) == list(EMPTY)
    assert all("value" not in one for one in fields.inputs.values())
    assert [one["placeholder"] for one in fields.inputs.values()] == [
        IMAGE,
        "500m",
        "1Gi",
        '{"nvidia.com/gpu": "1"}',
    ]
    assert len(set(fields.options)) == 10
    assert IMAGE in fields.options
    assert IMAGE.replace("cpu", "gpu").replace("1.8.0", "1.4.1") in fields.options


def test_another_registry_changes_the_suggestions_and_not_the_default():
    spawner = configured(ENV | {"REGISTRY": "site.test", "REPO_NAME": "ours"}).KubeSpawner

    fields = Fields(spawner.options_form)

    assert all(one.startswith("site.test/ours/tensorflow-") for one in fields.options)
    assert spawner.options_from_form(EMPTY)["image"] == IMAGE


@pytest.mark.parametrize(
    "typed", [EMPTY, {}, {name: ["  "] for name in EMPTY}], ids=["empty", "none", "blanks"]
)
def test_what_is_left_empty_has_its_default(typed):
    spawner = spawned(typed)

    assert spawner.image == IMAGE
    assert (spawner.cpu_guarantee, spawner.mem_guarantee) == (0.5, 2**30)
    assert spawner.extra_resource_guarantees == {"cpu": "500m", "memory": "1Gi"}
    assert spawner.extra_resource_limits == {}


def test_a_start_without_a_form_has_the_defaults_too():
    spawner = Section()

    CONFIG.apply(spawner, {})

    assert vars(spawner) == vars(spawned(EMPTY))


def test_what_is_typed_is_taken():
    typed = {
        "image": ["gcr.io/kubeflow-images-public/tensorflow-1.4.1-notebook-gpu:v0.2.1"],
        "cpu_guarantee": ["2"],
        "mem_guarantee": ["512M"],
        "extra_resource_limits": ['{"nvidia.com/gpu": 1}'],
    }

    spawner = spawned(typed)

    assert spawner.image == typed["image"][0]
    assert (spawner.cpu_guarantee, spawner.mem_guarantee) == (2.0, 512_000_000)
    assert spawner.extra_resource_guarantees == {"cpu": "2", "memory": "512M"}
    assert spawner.extra_resource_limits == {"nvidia.com/gpu": "1"}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("cpu_guarantee", "a lot"),
        ("cpu_guarantee", "-1"),
        ("cpu_guarantee", "1Gi"),
        ("mem_guarantee", "500m"),
        ("mem_guarantee", "much"),
        ("mem_guarantee", "1 Gi"),
        ("extra_resource_limits", "nvidia.com/gpu: 1"),
        ("extra_resource_limits", "[1]"),
        ("extra_resource_limits", "1"),
    ],
)
def test_what_cannot_be_used_is_refused_by_the_field_s_name(field, text):
    with pytest.raises(ValueError, match=f"^{field} takes .*, not '") as caught:
        CONFIG.chosen(EMPTY | {field: [text]})

    assert repr(text) in str(caught.value)


@given(st.integers(0, 10**6))
def test_thousandths_of_a_core_are_read(number):
    assert CONFIG.cores(f"{number}m") == pytest.approx(number / 1000)
    assert CONFIG.cores(str(number)) == number


@given(st.dictionaries(st.text(), st.text() | st.integers()))
def test_limits_are_texts(limits):
    assert CONFIG.limits(json.dumps(limits)) == {name: str(value) for name, value in limits.items()}


@given(st.text())
def test_any_text_is_an_amount_or_refused(text):
    for read in (CONFIG.cores, CONFIG.amount, CONFIG.limits):
        try:
            read(text)
        except ValueError as error:
            assert " takes " in str(error)  # noqa: PT017 - it may be refused, and need not
