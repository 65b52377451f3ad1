"""The hub's pages in the workstation's browser, and the notebook's image by itself; nothing has a way out."""

from __future__ import annotations

import io
import json
import tarfile
import time
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.docker

HUB = "gcr.io/kubeflow/jupyterhub-k8s:v20180531-3bb991b1"
NOTEBOOK = "gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-cpu:v0.2.1"
BROWSER = "airgap-lab/workstation:latest"
CONFIG = Path(__file__).parents[2] / "images/workstation/kubeflow_repo/kubeflow/core/jupyterhub_config.py"
WITHOUT_CLUSTER = """
c = get_config()
c.JupyterHub.spawner_class = "simple"
c.Spawner.options_form = c.KubeSpawner.options_form
c.Spawner.options_from_form = c.KubeSpawner.options_from_form
"""
WITH_PASSWORD = 'c.DummyAuthenticator.password = "the right one"\n'
START_SECONDS = 60
CELL = """
from __future__ import print_function

import tensorflow as tf

hello = tf.constant('Hello TensorFlow!')
s = tf.Session()
print(s.run(hello))
"""
RUN = """
import sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel()
def show(message):
    if message["msg_type"] == "stream": print(message["content"]["name"], message["content"]["text"])
    if message["msg_type"] == "error": print("error", message["content"]["evalue"])
for cell in sys.argv[1:]:
    client.execute_interactive(cell, output_hook=show, timeout=60)
manager.shutdown_kernel()
"""


def image(engine, label, name):
    there = engine.images.list(filters={"label": f"{label}={name}"} if label else {"reference": name})
    if not there:
        pytest.skip(f"no image stands in for {name}; `lab images build` makes it")
    return there[0].id


@pytest.fixture(scope="module")
def start_hub(engine):
    """Start a hub by the ConfigMap's file and what is added to it, and a browser that sees nothing else."""
    made = []

    def start(more=""):
        hub = engine.containers.create(
            image(engine, "airgap-lab.stand-in", HUB),
            ["jupyterhub", "-f", "/etc/config/jupyterhub_config.py"],
            name=f"airgap-lab-test-{uuid.uuid4().hex[:8]}",
            hostname="tf-hub-0",
            network_mode="none",
            extra_hosts={"tf-hub-0": "127.0.0.1"},
            environment={"NOTEBOOK_PVC_MOUNT": "/home/jovyan"},
        )
        made.append(hub)
        text = f"{CONFIG.read_text()}\n{WITHOUT_CLUSTER}{more}".encode()
        hub.put_archive("/etc", tar("config/jupyterhub_config.py", text))
        hub.start()
        end = time.monotonic() + START_SECONDS
        while "JupyterHub is now running" not in (said := hub.logs().decode()):
            assert time.monotonic() < end, said
            time.sleep(0.3)
        browser = engine.containers.run(
            image(engine, None, BROWSER),
            ["600"],
            entrypoint="sleep",
            detach=True,
            network_mode=f"container:{hub.id}",
        )
        made.append(browser)
        return browser

    yield start
    for container in reversed(made):
        container.remove(force=True, v=True)


@pytest.fixture(scope="module")
def open_hub(start_hub):
    return start_hub()


@pytest.fixture(scope="module")
def guarded_hub(start_hub):
    return start_hub(WITH_PASSWORD)


def tar(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def browse(browser, *acts, seconds=15):
    """Do *acts* from the hub's first page on; return what the browser told."""
    order = {"url": "http://tf-hub-0:8000/", "acts": acts, "session": None, "seconds": seconds}
    browser.put_archive("/tmp", tar("order.json", json.dumps(order).encode()))
    line = "PYTHONPATH=/opt/lab:/opt/browser python3 -m lab.parts.browser < /tmp/order.json"
    said = browser.exec_run(["sh", "-c", line]).output.decode()
    return [json.loads(one) for one in said.splitlines() if one.startswith("{")]


def signing_in(password):
    return (
        {"fill": {"field": "Username", "with": "admin"}},
        {"fill": {"field": "Password", "with": password}},
        {"click": {"role": "button", "text": "Sign in"}},
    )


def failures(events):
    return [one["said"] for one in events if one["event"] == "failed"]


@pytest.mark.parametrize("password", ["", "any"])
def test_any_password_will_do_a_blank_one_too(open_hub, password):
    events = browse(open_hub, *signing_in(password), {"see": "^Start My Server$"})

    assert failures(events) == []


def test_where_one_is_set_the_right_one_is_taken(guarded_hub):
    events = browse(guarded_hub, *signing_in("the right one"), {"see": "^Start My Server$"})

    assert failures(events) == []


def test_a_wrong_one_is_one_finding_that_says_so(guarded_hub):
    (said,) = failures(browse(guarded_hub, *signing_in("another"), {"see": "^Start My Server$"}, seconds=5))

    assert "Invalid username or password" in said


def test_the_form_is_the_document_s(open_hub):
    image = {"field": "image", "says": NOTEBOOK}
    events = browse(open_hub, *signing_in(""), {"click": {"text": "Start My Server"}}, {"holds": image})

    assert failures(events) == []
    (page,) = [one for one in events if one["event"] == "page"]
    assert "Spawner Options" in page["text"]
    assert [one.split()[0] for one in page["fields"]] == [
        "image",
        "cpu_guarantee",
        "mem_guarantee",
        "extra_resource_limits",
    ]
    assert all(
        not request["error"] for one in events if one["event"] == "trouble" for request in one["requests"]
    )


def test_a_field_that_is_not_there_is_one_finding_that_names_those_that_are(open_hub):
    gpus = {"fill": {"field": "gpu_limit", "with": "1"}}
    (said,) = failures(browse(open_hub, *signing_in(""), {"click": {"text": "Start My Server"}}, gpus))

    assert said.startswith("the page has no field 'gpu_limit'; its fields: image (text)")
    assert "extra_resource_limits" in said


def run(engine, *cells):
    return engine.containers.run(
        image(engine, "airgap-lab.stand-in", NOTEBOOK),
        ["python3", "-c", RUN, *cells],
        network_mode="none",
        remove=True,
        stderr=False,
    ).decode()


def test_the_document_s_cell_says_hello(engine):
    assert run(engine, CELL).split("\n")[0] == "stdout b'Hello TensorFlow!'"


def test_a_graph_is_trained_as_version_1_did_it(engine):
    said = run(
        engine,
        "import tensorflow as tf; x = tf.placeholder(tf.float32); w = tf.Variable(1.0)",
        "step = tf.train.GradientDescentOptimizer(0.1).minimize((w - x) ** 2); s = tf.Session()",
        "s.run(tf.global_variables_initializer()); [s.run(step, {x: 3.0}) for _ in range(50)]; print(s.run(w))",
        "import numpy; s.run(nobody)",
    )

    number, error = said.strip().splitlines()[0], said.strip().splitlines()[-1]
    assert 2.9 < float(number.split()[1]) < 3.1
    assert error == "error name 'nobody' is not defined"


@pytest.mark.parametrize(
    ("made", "there"), [("", "work .jupyter"), ("touch mine;", "mine")], ids=["new", "used"]
)
def test_a_new_home_is_furnished_and_a_used_one_left_alone(engine, made, there):
    line = f"export HOME=$(mktemp -d); cd $HOME; {made} PATH=/tmp/none:$PATH start-singleuser.sh --version; ls -A"

    said = engine.containers.run(
        image(engine, "airgap-lab.stand-in", NOTEBOOK), ["bash", "-c", line], network_mode="none", remove=True
    ).decode()

    assert set(there.split()) == {one for one in said.split() if one in {"work", ".jupyter", "mine"}}
