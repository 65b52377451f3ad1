"""The order of the parts, and those that are a container, a name or a route."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.components import Ground, assemble
from lab.components.exports import Exports
from lab.components.names import Names
from lab.components.network import Network
from lab.components.part import Gatekeeper, Part
from lab.components.routes import Routes
from lab.components.workstation import KUBECONFIG, Credentials, Workstation
from lab.errors import CommandFailed, ContainerFailed, LabError, NotReady
from lab.spec.config import LabConfig
from lab.spec.plan import SETTINGS, plan
from lab.spec.topology import KIND_LABEL, LABEL, ContainerSpec
from tests.fakes import FakeContainers, completed, fake_host

LAB = plan(LabConfig())
LISTED = {
    "items": [
        {"metadata": {"name": node.name}, "spec": {"podCIDR": f"10.233.{64 + number}.0/24"}}
        for number, node in enumerate(LAB.cluster.nodes)
    ]
}


class Routing:
    """Kernels that take routes and show them; an API server that lists the nodes."""

    def __init__(self):
        self.routes = {}
        self.listed = LISTED

    def answer(self, call):
        if "get" in call.argv:
            return completed(json.dumps(self.listed))
        if call.argv[0] == "nsenter":
            pid, command = call.argv[2], call.argv[-1]
            table = self.routes.setdefault(pid, [])
            if "show" in command:
                return completed("\n".join(table))
            table += [one.removeprefix("ip route replace ") for one in command.split(" && ")]
        return completed()


@pytest.fixture
def routing():
    return Routing()


@pytest.fixture
def containers(routing):
    """A lab's containers, all of them running."""
    found = FakeContainers(answer=routing.answer)
    for spec in LAB.containers:
        found.ensure(spec, LAB.network, LAB.labels)
    for node in LAB.cluster.nodes:
        spec = ContainerSpec(node.container, "node", "node")
        found.ensure(spec, LAB.network, {KIND_LABEL: LAB.cluster.name})
    return found


@pytest.fixture
def host(containers):
    return fake_host(containers=containers)


class TestOrder:
    @pytest.fixture
    def names(self):
        return [
            one.name
            for stage in assemble(LAB, fake_host(), Ground("node", Path("state"), restricted=True))
            for one in stage
        ]

    def test_the_wall_stands_first_and_the_seal_closes_before_there_can_be_a_pod(self, names):
        assert names[:3] == ["gatekeeper", "wall", "network"]
        assert names[names.index("seal") - 1 :] == [
            "names",
            "seal",
            "ports",
            "pod network",
            "routes",
            "watcher",
            "exports",
            "credentials",
        ]

    def test_what_needs_another_comes_after_it(self, names):
        needs = {
            "dns": "site",
            "web": "site",
            "nfs": "site",
            "registry": "site",
            "workstation": "dns",
            "cluster": "registry",
            "names": "cluster",
            "routes": "cluster",
            "credentials": "names",
        }

        assert [(one, other) for one, other in needs.items() if names.index(one) < names.index(other)] == []

    def test_every_part_has_a_name_of_its_own(self, names):
        assert sorted(set(names)) == sorted(names)

    def test_every_container_of_the_plan_is_somebodys(self):
        host = fake_host(containers=FakeContainers(anything_stands=True))
        stages = assemble(LAB, host, Ground("node", Path("state"), restricted=True))
        parts = [one for stage in stages for one in stage]
        for one in parts:
            if isinstance(one, Part | Workstation):
                one.up()
        specs = {one.topology.sinkhole.name for one in parts if one.name == "sinkhole"}

        assert {one.name for one in LAB.containers} == set(host.containers.containers) | specs


class TestPart:
    @pytest.fixture
    def part(self, host):
        return Part(LAB, host, LAB.site, ("true",))

    def test_it_comes_up_once(self, part, containers):
        containers.remove(LAB.site.name)

        part.up()
        first = containers.containers[LAB.site.name]
        part.up()

        assert containers.containers[LAB.site.name] is first
        assert part.check() is None

    def test_a_question_without_an_answer_is_waited_for_then_told(self, part, containers):
        containers.answer = lambda _: completed("one\n", stderr="connection refused\n", exit_code=1)

        with pytest.raises(NotReady, match="site was not ready after 30 s; last seen: connection refused"):
            part.up()

    def test_a_silent_failure_is_told_by_its_code(self, part, containers):
        containers.answer = lambda _: completed(exit_code=7)

        assert part.check() == "exit code 7"

    def test_one_that_stopped_is_told_by_its_state(self, part, containers):
        containers.containers[LAB.site.name].running = False

        assert part.check() == "the container is exited"

    def test_one_that_ended_is_told_by_its_last_words(self, part, containers):
        containers.containers[LAB.site.name].running = False
        containers.said[LAB.site.name] = "starting\nlisten tcp :53: bind: address already in use\n"

        assert part.check() == (
            "the container is exited; it last said: listen tcp :53: bind: address already in use"
        )

    def test_one_that_is_gone_is_told(self, part):
        part.down()
        part.down()

        assert part.check() == "the container is not there"

    def test_one_that_ends_between_two_looks_is_told(self, part, containers):
        def ended(_):
            raise ContainerFailed("container lab-site is not running")

        containers.answer = ended

        assert part.check() == "container lab-site is not running"

    def test_it_may_be_shown_under_another_name(self, host):
        assert Part(LAB, host, LAB.seal, ("true",), shown="gatekeeper").name == "gatekeeper"


class TestNetwork:
    def test_it_comes_up_once_and_keeps_the_choices(self, host, containers):
        network = Network(LAB, host)
        assert network.check() == "the network is not there"

        network.up()
        network.up()

        assert network.check() is None
        assert containers.network_labels("lab")[LABEL] == "lab"
        assert (
            LabConfig.model_validate_json(containers.network_labels("lab")["airgap-lab.config"])
            == LabConfig()
        )

    def test_going_down_takes_what_a_crash_left(self, host, containers):
        network, gatekeeper = Network(LAB, host), Gatekeeper(LAB, host, LAB.seal, ("true",))
        gatekeeper.up()
        network.up()
        for node in LAB.cluster.nodes:  # kind's own, which it removed
            containers.remove(node.container)

        for part in (network, gatekeeper) * 2:
            part.down()

        assert (containers.seen(LAB.labels), containers.volumes, containers.networks) == ([], {}, {})


class TestNames:
    def test_everybody_asks_the_site(self, host, containers):
        Names(LAB, host).up()

        asked = {one.container: one.stdin for one in containers.execs}
        assert asked == dict.fromkeys(
            ["lab-control-plane", "lab-worker", "lab-worker2", "lab-workstation", "lab-nfs"],
            "nameserver 10.142.18.191\n",
        )

    def test_the_dns_knows_every_node_by_both_names_and_keeps_its_other_settings(self, host, containers):
        Names(LAB, host).up()

        written = json.loads(containers.containers["lab-dns"].files[SETTINGS])
        assert written["hosts"]["localnode-2"] == written["hosts"]["lab-worker"]
        assert written["hosts"]["site"] == written["hosts"]["registry"] == "10.142.18.191"
        assert set(written["hosts"]) == {
            "site",
            "registry",
            "workstation",
            *(node.name for node in LAB.cluster.nodes),
            *(node.container for node in LAB.cluster.nodes),
            *("gcr.io", "quay.io", "registry.k8s.io", "docker.io", "registry-1.docker.io", "index.docker.io"),
        }
        assert written["hosts"]["registry-1.docker.io"] == "10.142.18.191"
        assert written | {"hosts": {}} == json.loads(LAB.dns.files[SETTINGS])

    def test_one_without_an_address_has_no_name(self, host, containers):
        containers.containers["lab-worker"].address = None

        hosts = Names(LAB, host).hosts()

        assert "localnode-2" not in hosts
        assert "localnode-3" in hosts
        assert "None" not in hosts.values()

    def test_another_resolver_is_told(self, host, containers):
        containers.answer = lambda call: completed(
            "nameserver 127.0.0.11\n" if call.container == "lab-worker" else "nameserver 10.142.18.191\n"
        )

        assert Names(LAB, host).check() == "lab-worker asks another resolver than the site's DNS"

    def test_names_that_lead_to_other_addresses_are_told_and_mended(self, host, containers):
        containers.answer = lambda _: completed("nameserver 10.142.18.191\n")
        names = Names(LAB, host)
        names.up()
        node = containers.containers["lab-worker"]
        node.address += 90
        said = names.check()
        names.up()

        assert said == f"the site's DNS has another address than {node.address} for localnode-2"
        assert names.check() is None

    def test_its_twin_is_ready(self, host, containers):
        containers.answer = lambda _: completed("nameserver 10.142.18.191\n")
        Names(LAB, host).up()

        assert Names(LAB, host).check() is None


class TestRoutes:
    def test_site_and_workstation_find_pods_and_services(self, host, containers, routing):
        routes = Routes(LAB, host)
        assert routes.check() == "no route to 10.233.64.0/24"

        routes.up()

        at = {name: str(one.address) for name, one in containers.containers.items()}
        assert routes.check() is None
        assert routes.wanted() == {
            "10.233.64.0/24": at["lab-control-plane"],
            "10.233.65.0/24": at["lab-worker"],
            "10.233.66.0/24": at["lab-worker2"],
            "10.233.0.0/18": at["lab-control-plane"],
        }
        assert len(routing.routes) >= 2

    def test_a_node_that_is_gone_is_named(self, host, containers):
        containers.remove("lab-worker2")

        with pytest.raises(LabError, match=r"^routes: localnode-3 does not run or has no pod range yet$"):
            Routes(LAB, host).check()

    def test_a_node_without_a_range_is_named(self, host, routing):
        routing.listed = {"items": LISTED["items"][:2]}

        with pytest.raises(LabError, match="localnode-3"):
            Routes(LAB, host).up()


class TestWorkstation:
    def test_the_credentials_are_the_clusters(self, host, containers):
        containers.answer = lambda call: completed("apiVersion: v1\n" if "cat" in call.argv else "ok")

        Credentials(LAB, host).up()

        assert containers.containers["lab-workstation"].files[KUBECONFIG] == b"apiVersion: v1\n"

    def test_a_cluster_that_has_none_is_an_error(self, host, containers):
        containers.answer = lambda call: completed(stderr="No such file", exit_code=1, argv=call.argv)

        with pytest.raises(CommandFailed, match=r"cat /etc/kubernetes/admin\.conf: exit code 1"):
            Credentials(LAB, host).up()

    def test_what_is_wrong_is_one_line(self, host, containers):
        containers.answer = lambda _: completed(stderr="E1124 memcache.go\nconnection refused\n", exit_code=1)

        assert Workstation(LAB, host).check() == "connection refused"

    def test_it_is_removed_without_having_been_there(self, host, containers):
        Workstation(LAB, host).down()
        Workstation(LAB, host).down()

        assert "lab-workstation" not in containers.containers


class TestExports:
    @pytest.fixture
    def containers(self):
        made = FakeContainers(answer=lambda _: self.ended)
        for spec in LAB.containers:
            made.ensure(spec, LAB.network, LAB.labels)
        return made

    ended = completed()

    def test_the_server_reads_its_file_and_has_its_folders(self, containers):
        part = Exports(LAB, fake_host(containers=containers))
        part.up()

        assert containers.execs[-1].argv == (
            "python3",
            "-m",
            "lab.parts.exports",
            "apply",
            "--folder=/opt/nfs",
        )
        assert part.check() is None

    def test_what_is_not_in_force_is_told(self, containers):
        self.ended = completed(stderr="/etc/exports: Failed to resolve gone.test\n", exit_code=1)
        part = Exports(LAB, fake_host(containers=containers))

        assert part.check() == "/etc/exports: Failed to resolve gone.test"
        with pytest.raises(LabError, match=r"Failed to resolve gone\.test"):
            part.up()

    def test_a_server_that_is_gone_is_not_ready(self, containers):
        containers.remove("lab-nfs")

        assert "lab-nfs" in (Exports(LAB, fake_host(containers=containers)).check() or "")
