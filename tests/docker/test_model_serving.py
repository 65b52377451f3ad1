"""The model server and its client, in containers as the document's pods have them."""

from __future__ import annotations

import re
import time

import pytest

from tests.docker.scratch import image_for

pytestmark = pytest.mark.docker

SERVING, CLIENTS = "katacoda/tensorflow_serving:latest", "katacoda/tensorflow_serving:localimage"
SERVER = "/usr/bin/tensorflow_model_server"
CLIENT = "/serving/bazel-bin/tensorflow_serving/example/inception_client"
RUNNING = "Running ModelServer at 0.0.0.0:9000 ..."
START_SECONDS = 60


@pytest.fixture(scope="module")
def images(engine):
    return {name: image_for(engine, name) for name in (SERVING, CLIENTS)}


@pytest.fixture(scope="module")
def serve(engine, images, network):
    """Start a server under a name of its own, as the Deployment's args and security context do."""

    def start(name: str, *, model: str = "inception", base: str = "/serving/inception-export"):
        return engine.containers.run(
            images[SERVING].id,
            [SERVER, "--port=9000", f"--model_name={model}", f"--model_base_path={base}"],
            name=f"{network.name}-{name}",
            user="1000",
            detach=True,
            network=network.name,
            networking_config={network.name: engine.api.create_endpoint_config(aliases=[name])},
        )

    return start


@pytest.fixture(scope="module")
def inception(serve):
    server = serve("inception")
    wait_until(server, RUNNING)
    return server


@pytest.fixture
def ask(engine, images, network):
    """Run the client by bash, as the Job does; return its exit code, stdout and stderr."""

    def run(server: str, picture: str = "/data/katacoda.jpg"):
        line = f"{CLIENT} --server={server} --image={picture}"
        asking = engine.containers.run(
            images[CLIENTS].id, ["/bin/bash", "-c", line], detach=True, network=network.name
        )
        try:
            code = asking.wait(timeout=START_SECONDS)["StatusCode"]
            return code, *(asking.logs(stdout=out, stderr=not out).decode() for out in (True, False))
        finally:
            asking.remove(force=True)

    return run


def wait_until(server, text: str) -> str:
    end = time.monotonic() + START_SECONDS
    while text not in (said := server.logs().decode()):
        assert time.monotonic() < end, said
        time.sleep(0.2)
    return said


def test_the_picture_is_classified_and_the_scores_fall(inception, ask):
    code, said, _ = ask("inception:9000")

    assert code == 0
    assert re.findall(r'key: "(\w+)"', said) == ["classes", "scores"]
    classes, scores = (re.findall(rf"{field}: (.*)", said) for field in ("string_val", "float_val"))
    assert classes[0] == '"comic book"'
    assert len(set(classes)) == len(scores) == 5
    assert [float(score) for score in scores] == sorted(map(float, scores), reverse=True)


@pytest.mark.parametrize(
    ("server", "picture", "ending"),
    [
        (
            "inception:9000",
            "/data/none.jpg",
            r"IOError: \[Errno 2\] No such file or directory: '/data/none.jpg'",
        ),
        (
            "inception:9000",
            "/etc/hostname",
            r"AbortionError\(code=StatusCode.INVALID_ARGUMENT, details=(?s:.*)",
        ),
        ("inception:9001", "/data/katacoda.jpg", r'AbortionError\(.*UNAVAILABLE, details="Connect Failed"\)'),
        ("inception", "/data/katacoda.jpg", r"ValueError: not enough values to unpack .*"),
    ],
    ids=["no picture", "no JPEG", "another port", "no port"],
)
def test_a_failure_is_a_traceback(inception, ask, server, picture, ending):
    code, said, trace = ask(server, picture)

    assert (code, said) == (1, "")
    assert trace.startswith("Traceback (most recent call last):")
    assert re.search(rf"{ending}\Z", trace.strip())


def test_a_server_of_another_model_has_not_this_one(serve, ask):
    wait_until(serve("other", model="other"), RUNNING)

    code, _, trace = ask("other:9000")

    assert code == 1
    assert 'NOT_FOUND, details="Servable not found for request: Latest(inception)")' in trace


def test_a_folder_that_fills_later_is_served_then(serve, ask):
    server = serve("later", base="/tmp/models")
    wait_until(server, "Could not find base path /tmp/models")
    server.exec_run("mkdir /tmp/models")
    wait_until(server, "No versions of servable inception found under base path /tmp/models")
    refused, _, trace = ask("later:9000")

    server.exec_run(["sh", "-c", "cp -r /serving/inception-export/1 /tmp/x && mv /tmp/x /tmp/models/7"])
    wait_until(server, RUNNING)
    answered, said, _ = ask("later:9000")

    assert (refused, answered) == (1, 0)
    assert "Connect Failed" in trace
    assert "comic book" in said
    assert "Successfully loaded servable version {name: inception version: 7}" in server.logs().decode()


def test_a_folder_that_holds_no_model_ends_the_server(serve):
    server = serve("broken", base="/etc/skel")
    server.exec_run(["mkdir", "/etc/skel/1"], user="root")

    assert server.wait(timeout=START_SECONDS)["StatusCode"] == 1
    assert (
        "Failed to start server. Error: Unknown: 1 servable(s) did not become available"
        in server.logs().decode()
    )


def test_the_client_s_image_adds_the_picture_and_nothing_else(images):
    ours, theirs = (images[name].attrs["RootFS"]["Layers"] for name in (SERVING, CLIENTS))

    assert theirs[:-1] == ours
    assert images[SERVING].attrs["Config"].get("Entrypoint") is None
