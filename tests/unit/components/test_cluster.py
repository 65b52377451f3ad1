"""The cluster over a kind that makes three containers and a kubectl that answers."""

from __future__ import annotations

import json

import pytest
import yaml

from lab.components.cluster import Cluster
from lab.components.podnetwork import CONFLIST, PodNetwork
from lab.errors import CommandFailed, LabError, NotReady
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.topology import KIND_LABEL, ContainerSpec
from tests.fakes import FakeContainers, FakeShell, completed, fake_host

LAB = plan(LabConfig())


class World:
    """What kind would do to the engine, and what the nodes answer."""

    def __init__(self, state):
        self.state = state
        self.containers = FakeContainers(answer=self.answer)
        self.shell = FakeShell(self.kind)
        self.joined = [node.name for node in LAB.cluster.nodes]
        self.ready = True
        self.api = True
        self.exit_code = 0

    def kind(self, argv):
        if self.exit_code:
            return completed(stderr="kind says no", exit_code=self.exit_code, argv=argv)
        if "export" in argv:
            (self.state / "kubeconfig").write_text("exported")
            return completed()
        for node in LAB.cluster.nodes:
            if "create" in argv:
                spec = ContainerSpec(node.container, "node", "node")
                self.containers.ensure(spec, LAB.network, {KIND_LABEL: "lab"})
                (self.state / "kubeconfig").write_text("")
            else:
                self.containers.remove(node.container)
        return completed()

    def answer(self, call):
        if not self.api:
            return completed(stderr="E1 memcache.go\nconnection refused\n", exit_code=1)
        if "get" not in call.argv:
            return completed()
        status = {"conditions": [{"type": "Ready", "status": str(self.ready), "message": "no CNI"}]}
        items = [
            {"metadata": {"name": name}, "spec": {"podCIDR": f"10.233.{number}.0/24"}, "status": status}
            for number, name in enumerate(self.joined, 64)
        ]
        return completed(json.dumps({"items": items}))

    def scripts(self, container):
        return [
            call.argv[-1]
            for call in self.containers.execs
            if call.container == container and call.argv[0] == "bash"
        ]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def cluster(world, tmp_path):
    host = fake_host(shell=world.shell, containers=world.containers)
    return Cluster(LAB, host, "registry.test/node:v1", tmp_path, restricted=True)


def verbs(world):
    return [argv[1] for argv in world.shell.ran]


def test_kind_makes_it_on_the_labs_network(cluster, world, tmp_path):
    cluster.up()

    (call,) = world.shell.calls
    assert call.argv[:5] == ("kind", "create", "cluster", "--name", "lab")
    assert call.env == {"KIND_EXPERIMENTAL_DOCKER_NETWORK": "lab"}
    written = yaml.safe_load((tmp_path / "kind.yaml").read_text())
    assert {node["image"] for node in written["nodes"]} == {"registry.test/node:v1"}
    assert (tmp_path / "resolv.conf").read_text() == "nameserver 10.142.18.191\n"
    assert cluster.check() is None


def test_up_twice_makes_it_once(cluster, world):
    cluster.up()
    cluster.up()

    assert verbs(world) == ["create"]


def test_every_node_asks_the_labs_registry_for_every_mirrored_one(cluster, world):
    cluster.up()

    for node in LAB.cluster.nodes:
        hosts = [
            name for name in world.containers.containers[node.container].files if name.endswith("hosts.toml")
        ]
        assert hosts == [f"/etc/containerd/certs.d/{one}/hosts.toml" for one in LAB.cluster.mirrors]


def test_coredns_is_told_whom_to_ask(cluster, world):
    cluster.up()

    (applied,) = [call for call in world.containers.execs if call.stdin]
    assert applied.argv[-3:] == ("apply", "-f", "-")
    assert "forward . 10.142.18.191" in applied.stdin


@pytest.mark.parametrize("lost", ["node", "stopped", "unjoined"])
def test_one_that_was_made_half_is_made_anew(cluster, world, lost):
    cluster.up()
    if lost == "node":
        world.containers.remove("lab-worker2")
    elif lost == "stopped":
        world.containers.containers["lab-worker2"].running = False
    else:
        joined, world.joined = world.joined, world.joined[:2]
        original = world.kind

        def kind(argv):
            world.joined = joined
            return original(argv)

        world.shell.answer = kind

    cluster.up()

    assert verbs(world) == ["create", "delete", "create"]
    assert cluster.check() is None


def test_one_that_stands_is_left_standing_where_only_its_kubeconfig_is_lost(cluster, world, tmp_path):
    cluster.up()
    (tmp_path / "kubeconfig").unlink()

    cluster.up()

    assert verbs(world) == ["create", "export"]
    assert (tmp_path / "kubeconfig").read_text() == "exported"


def test_kinds_own_words_are_told(cluster, world):
    world.exit_code = 1

    with pytest.raises(CommandFailed, match=r"kind create cluster --name lab .*: exit code 1\nkind says no"):
        cluster.up()


def test_coredns_that_cannot_be_set_is_told(cluster, world):
    world.api = False

    with pytest.raises(LabError, match=r"^cluster: CoreDNS could not be set: connection refused$"):
        cluster.up()


def test_what_is_wrong_is_told(cluster, world):
    assert cluster.check() == "localnode-1 is not there"

    cluster.up()
    world.api = False
    assert cluster.check() == "the API server does not answer: connection refused"

    world.api = True
    world.joined = world.joined[:2]
    assert cluster.check() == "localnode-3 did not join"

    world.containers.containers["lab-worker"].running = False
    assert cluster.check() == "localnode-2 is exited"


def test_down_leaves_no_file_and_does_not_call_kind_for_nothing(cluster, world, tmp_path):
    cluster.up()
    cluster.down()
    cluster.down()

    assert verbs(world) == ["create", "delete"]
    assert list(tmp_path.iterdir()) == []


def test_two_lines_of_a_failed_delete_are_an_error(cluster, world):
    cluster.up()
    world.exit_code = 1

    with pytest.raises(CommandFailed, match="kind delete cluster"):
        cluster.down()


class TestPodNetwork:
    @pytest.fixture
    def pods(self, cluster):
        cluster.up()
        return PodNetwork(LAB, cluster.host)

    def test_every_node_has_its_pods_range_and_a_way_to_each_other(self, pods, world):
        pods.up()

        addresses = {name: one.address for name, one in world.containers.containers.items()}
        conflist = world.containers.containers["lab-worker"].files[CONFLIST].decode()
        (script,) = world.scripts("lab-worker")
        assert "10.233.65.0/24" in conflist
        assert script.split(" && ") == [
            f"ip route replace 10.233.64.0/24 via {addresses['lab-control-plane']}",
            f"ip route replace 10.233.66.0/24 via {addresses['lab-worker2']}",
        ]

    def test_pods_may_run_on_the_documents_master(self, pods, world):
        pods.up()

        assert any("taint" in call.argv for call in world.containers.execs)

    def test_a_node_that_does_not_get_ready_is_named_with_the_reason(self, pods, world):
        world.ready = False

        with pytest.raises(
            NotReady,
            match="pod network was not ready after 120 s; last seen: localnode-1 is not Ready: no CNI",
        ):
            pods.up()

    def test_a_node_without_a_range_is_waited_for_and_named(self, pods, world):
        world.joined = world.joined[:2]

        with pytest.raises(NotReady, match="last seen: no pod range yet: localnode-3"):
            pods.up()

    def test_an_api_server_that_is_not_there_yet_is_waited_for(self, pods, world):
        world.api = False

        with pytest.raises(NotReady, match=r"^pod ranges was not ready after 120 s; .*connection refused"):
            pods.up()
        assert "connection refused" in pods.check()
