"""`load`: over a registry in two dicts and nodes that know what they pulled; and what is said of a pod in need."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from lab.builds import deliver, push
from lab.builds.store import open_store
from lab.errors import LabError
from lab.spec.actions import Load
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.scenario import Outcome
from lab.steps import load as module
from lab.steps.advice import advice
from lab.steps.stage import Stage
from tests.fakes import Exec, FakeContainers, FakeShell, completed, fake_host
from tests.unit.builds.archives import LAYERS
from tests.unit.builds.test_push import FakeRegistry, image

NAME = "katacoda/tensorflow_serving:localimage"
WHOLE = f"docker.io/{NAME}"
TOPOLOGY = plan(LabConfig())
NODES = {node.container: node.name for node in TOPOLOGY.cluster.nodes}


class Site:
    """A store with one image, a registry, and nodes; *had* are the nodes that have the image already."""

    def __init__(self, folder: Path, monkeypatch, *, had=(), gives=True):
        store = open_store(folder)
        stored = image(store, NAME, *LAYERS)
        store.name(WHOLE, stored, loaded=True)
        self.digest, self.have, self.gives, self.registry = stored.digest, set(had), gives, FakeRegistry()
        transport = httpx.MockTransport(self.registry)
        monkeypatch.setattr(deliver, "registry", lambda url: push.registry(url, transport))
        shell = FakeShell(lambda _: completed(stderr="Error: No such image: x", exit_code=1))
        host = fake_host(shell=shell, containers=FakeContainers(self.answer, anything_stands=True))
        self.stage = Stage(TOPOLOGY, host, Path(), host.clock.now(), folder)

    def answer(self, call: Exec):
        if call.argv[1] == "pull":
            if not self.gives:
                return completed(stderr="no space left on device", exit_code=1)
            self.have.add(call.container)
            return completed()
        ours = {"repoTags": [WHOLE], "repoDigests": [f"{WHOLE.rpartition(':')[0]}@{self.digest}"]}
        return completed(json.dumps({"images": [ours] if call.container in self.have else []}))

    def load(self, action: Load, timeout: float = 60):
        return module.load(action, self.stage, timeout=timeout)


def test_every_node_has_it_under_its_own_name(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)

    seen = site.load(Load(images=NAME))

    assert seen.outcome is Outcome.SUCCEEDS
    assert seen.detail.splitlines() == [f"{name}: {WHOLE}" for name in NODES.values()]
    assert site.have == set(NODES)
    pulls = {call.argv for call in site.stage.host.containers.execs if call.argv[1] == "pull"}
    assert pulls == {("crictl", "pull", WHOLE)}
    assert list(site.registry.manifests) == [f"/v2/{WHOLE.replace(':', '/manifests/')}"]


def test_what_a_node_has_is_not_brought_again(tmp_path, monkeypatch):
    first, *others = NODES
    site = Site(tmp_path, monkeypatch, had=[first])

    seen = site.load(Load(images=NAME))

    assert f"{NODES[first]}: {WHOLE} (was there)" in seen.detail.splitlines()
    pulled = [call.container for call in site.stage.host.containers.execs if call.argv[1] == "pull"]
    assert sorted(pulled) == sorted(others)


def test_only_the_nodes_that_are_named_get_it(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)

    site.load(Load(images=NAME, to=("localnode-2",)))

    assert {NODES[container] for container in site.have} == {"localnode-2"}


def test_an_image_that_nobody_has_is_one_finding_and_nothing_is_sent(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)

    seen = site.load(Load(images=(NAME, "example.test/none:1")))

    assert seen.outcome is Outcome.NOT_FOUND
    assert seen.detail.startswith("example.test/none:1 is neither in the engine nor in a loaded archive")
    assert "lab images build" in seen.detail
    assert (site.have, site.registry.blobs) == (set(), {})


def test_a_digest_that_nobody_has_is_told_with_what_the_tag_has(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)

    seen = site.load(Load(images=f"{NAME}@sha256:{'0' * 64}"))
    there = site.load(Load(images=f"{NAME}@{site.digest}"))

    assert seen.outcome is Outcome.NOT_FOUND
    assert seen.detail.startswith(f"no loaded archive has {NAME}@sha256:")
    assert f"{WHOLE} is there as {site.digest}" in seen.detail
    assert there.outcome is Outcome.SUCCEEDS


@pytest.mark.parametrize(
    ("action", "gives", "said"),
    [
        (Load(images=NAME, to=("localnode-9",)), True, "localnode-9.*its nodes: localnode-1"),
        (Load(images=NAME), False, "no space left on device"),
        (Load(images="a//b"), True, "no repository's name"),
    ],
    ids=["no such node", "a full node", "no name"],
)
def test_what_keeps_the_lab_from_trying(tmp_path, monkeypatch, action, gives, said):
    with pytest.raises(LabError, match=f"(?s){said}"):
        Site(tmp_path, monkeypatch, gives=gives).load(action)


def test_a_delivery_that_takes_too_long_is_told(tmp_path, monkeypatch):
    site = Site(tmp_path, monkeypatch)
    clock, answer = site.stage.host.clock, site.answer
    site.stage.host.containers.answer = lambda call: (clock.pass_time(10), answer(call))[1]

    assert site.load(Load(images=NAME), timeout=5).outcome is Outcome.TIMES_OUT


def pod(reason: str, kind: str = "containerStatuses"):
    status = {"image": WHOLE, "state": {"waiting": {"reason": reason}}}
    return {
        "metadata": {"namespace": "default", "name": "client"},
        "spec": {"nodeName": "localnode-3"},
        "status": {kind: [status, {"state": {"running": {}}}]},
    }


@pytest.mark.parametrize("kind", ["containerStatuses", "initContainerStatuses"])
def test_a_pod_that_may_not_pull_is_given_its_remedy(kind):
    said = advice([pod("ErrImagePull", kind), pod("ErrImageNeverPull", kind)])

    assert said is not None
    assert said.text.count("\n") == 0
    assert said.text.startswith(f"pod default/client may not pull {WHOLE}")
    assert "localnode-3 does not have it" in said.text
    assert f"`load: {WHOLE}`" in said.text


def test_other_troubles_have_no_remedy_of_this_kind():
    assert advice([pod("ErrImagePull"), {}, {"status": {}}]) is None
