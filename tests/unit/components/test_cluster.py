"""The cluster over a kind that makes three containers and a kubectl that answers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml

from lab.components.cluster import JOINED, Cluster
from lab.components.cluster.addresses import FLAGS
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
        self.corefile = None
        self.routes = {}
        self.api_answers_after = 0

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
                made = self.containers.containers[node.container]
                flags = f'KUBELET_KUBEADM_ARGS="--node-ip={made.address} --x"\n'
                made.files |= {JOINED: b"joined", FLAGS: flags.encode()}
                (self.state / "kubeconfig").write_text("")
            else:
                self.containers.remove(node.container)
        return completed()

    def answer(self, call):
        if call.argv[0] == "cat":
            files = self.containers.containers[call.container].files
            return completed("".join(files.get(name, b"").decode() for name in call.argv[1:]))
        if call.argv[-1].startswith("ip route replace"):
            ways = call.argv[-1].removeprefix("ip route replace ").split(" && ip route replace ")
            self.routes.setdefault(call.container, set()).update(ways)
        if "ip -4 route show" in call.argv[-1]:
            conflist = self.containers.containers[call.container].files.get(CONFLIST, b"").decode()
            ways = self.routes.get(call.container, ())
            return completed("\n".join([conflist, *(f"{way} dev eth0 " for way in ways)]))
        if "restart kubelet" in call.argv[-1]:
            self.joined = [node.name for node in LAB.cluster.nodes]
        self.api_answers_after -= 1
        if not self.api or self.api_answers_after > 0:
            return completed(stderr="E1 memcache.go\nconnection refused\n", exit_code=1)
        if "apply" in call.argv:
            self.corefile = json.loads(call.stdin)["data"]["Corefile"]
        if "configmap" in call.argv:
            return completed(json.dumps({"data": {"Corefile": self.corefile}}))
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
            if call.container == container and call.argv[-1].startswith("ip route replace")
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


def addresses(world):
    return {name: one.address for name, one in world.containers.containers.items()}


def swap(world, first, second):
    one, other = world.containers.containers[first], world.containers.containers[second]
    one.address, other.address = other.address, one.address
    one.fixed, other.fixed = other.fixed, one.fixed


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


@pytest.mark.parametrize("left", [1, 3])
def test_one_that_was_never_complete_is_made_anew(cluster, world, left):
    """A crash in `kind create`: some containers are there, and one of them has not joined."""
    cluster.up()
    for node in LAB.cluster.nodes[left:]:
        world.containers.remove(node.container)
    del world.containers.containers[LAB.cluster.nodes[left - 1].container].files[JOINED]

    cluster.up()

    assert verbs(world) == ["create", "delete", "create"]
    assert cluster.check() is None


@pytest.mark.parametrize("stopped", [["lab-control-plane"], ["lab-worker"], None], ids=str)
def test_what_is_stopped_is_started_and_waited_for(cluster, world, stopped):
    cluster.up()
    before = addresses(world)
    for name in stopped or list(world.containers.containers):
        world.containers.containers[name].running = False
    world.api_answers_after = 5

    cluster.up()

    assert verbs(world) == ["create"]
    assert (cluster.check(), addresses(world)) == (None, before)


def test_a_node_that_is_gone_from_the_api_is_registered_again(cluster, world):
    cluster.up()
    world.joined = world.joined[:2]

    cluster.up()

    assert (verbs(world), cluster.check()) == (["create"], None)


def test_one_that_cannot_be_mended_is_left_with_what_is_in_it(cluster, world):
    cluster.up()
    world.containers.remove("lab-worker2")

    with pytest.raises(
        LabError, match=r"the container of localnode-3 was removed.*`lab up --recreate`"
    ) as lost:
        cluster.up()

    assert (verbs(world), lost.value.exit_code) == (["create"], 3)


def test_one_whose_api_stays_silent_is_left_with_what_is_in_it(cluster, world):
    cluster.up()
    world.api = False

    with pytest.raises(
        LabError, match=r"^cluster was not ready after 180 s; .*refused; .*`lab up --recreate`"
    ):
        cluster.up()

    assert verbs(world) == ["create"]


def test_a_new_one_is_made_when_the_user_asks(cluster, world):
    cluster.up()
    replace(cluster, recreate=True).up()

    assert verbs(world) == ["create", "delete", "create"]


class TestAddresses:
    def test_every_node_keeps_the_one_with_which_it_joined(self, cluster, world):
        cluster.up()

        for one in world.containers.containers.values():
            assert one.fixed == {"lab": one.address}

    def test_nodes_that_changed_places_are_put_back(self, cluster, world):
        cluster.up()
        before = addresses(world)
        swap(world, "lab-worker", "lab-worker2")

        said = cluster.check()
        cluster.up()

        assert said == (f"localnode-2 joined as {before['lab-worker']} and has {before['lab-worker2']} now")
        assert (cluster.check(), addresses(world), verbs(world)) == (None, before, ["create"])

    def test_one_that_would_get_any_at_its_next_start_is_told_and_mended(self, cluster, world):
        cluster.up()
        world.containers.containers["lab-worker"].fixed.clear()

        said = cluster.check()
        cluster.up()

        assert said == "localnode-2 would get any address at its next start"
        assert cluster.check() is None

    def test_one_whose_address_somebody_has_is_told_with_the_mending(self, cluster, world):
        cluster.up()
        node = world.containers.containers["lab-worker"]
        world.containers.ensure(LAB.workstation, LAB.network, LAB.labels)
        node.address, world.containers.containers[LAB.workstation.name].address = None, node.address

        with pytest.raises(
            LabError,
            match=r"localnode-2 does not come back at the address .* `docker network disconnect lab CONTAINER`",
        ):
            cluster.up()


def test_settings_that_somebody_changed_are_told_and_written_again(cluster, world):
    cluster.up()
    world.corefile = world.corefile.replace("rewrite edns0", "# rewrite edns0")
    said = cluster.check()
    cluster.up()

    assert said.startswith("CoreDNS has other settings than the lab's")
    assert cluster.check() is None


def test_mirrors_that_somebody_changed_are_told_and_written_again(cluster, world):
    cluster.up()
    files = world.containers.containers["lab-worker2"].files
    del files["/etc/containerd/certs.d/quay.io/hosts.toml"]
    said = cluster.check()
    cluster.up()

    assert said == "localnode-3 has not the lab's mirrors in /etc/containerd/certs.d"
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

    def test_routes_and_settings_that_are_lost_are_told_and_mended(self, pods, world):
        pods.up()
        way = next(iter(world.routes["lab-worker"]))
        world.routes["lab-worker"].remove(way)
        del world.containers.containers["lab-worker2"].files[CONFLIST]

        first = pods.check()
        pods.up()

        assert first == f"localnode-2 has no route to the pods of another node: {way}"
        del world.containers.containers["lab-worker2"].files[CONFLIST]
        assert pods.check() == f"localnode-3 has not the lab's {CONFLIST}"
        pods.up()
        assert pods.check() is None

    def test_a_node_that_is_gone_is_told(self, pods, world):
        pods.up()
        world.containers.remove("lab-worker2")

        with pytest.raises(LabError, match="pod network: localnode-3 does not run or has no pod range yet"):
            pods.check()

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
