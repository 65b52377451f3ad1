"""`lab up`, `down`, `status` and what needs a lab that stands, over fake doors."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from lab import doctor
from lab.cli import ground, wiring
from lab.errors import ContainerFailed, ToolMissing
from lab.host import lock, shell
from lab.ledger import leaks
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.topology import CONFIG_LABEL, KIND_LABEL, LABEL, ContainerSpec, NetworkSpec
from tests.unit.test_lifecycle import Recorded

LAB = plan(LabConfig())


@pytest.fixture
def standing(containers):
    """A lab of which the network and the containers stand."""
    containers.ensure_network(LAB.network, LAB.labels)
    for spec in LAB.containers:
        containers.ensure(spec, LAB.network, LAB.labels)
    return containers


@pytest.fixture
def log():
    return []


@pytest.fixture
def parts(monkeypatch, log):
    found = (Recorded("network", log), Recorded("dns", log))
    monkeypatch.setattr(
        wiring, "stages", lambda lab, node_image, recreate=False: tuple((one,) for one in found)
    )
    monkeypatch.setattr(ground, "images_there", lambda lab: "node")
    monkeypatch.setattr(leaks, "unacknowledged", lambda *_: None)
    return found


class TestUp:
    def test_parts_are_told_as_they_get_ready_on_stderr(self, lab, parts, log):
        ended = lab("up")

        assert (ended.code, ended.out) == (0, "")
        assert log == ["up network", "up dns"]
        assert [line.split()[:2] for line in ended.err.splitlines()[:2]] == [
            ["network", "ready"],
            ["dns", "ready"],
        ]
        assert "lab 'lab' is up" in ended.err

    def test_a_leak_that_nobody_has_looked_at_is_named_and_not_called_ready(self, lab, parts, monkeypatch):
        leaked = "1 packet got past a seal: 03:04:05 pod default/x to 198.51.100.7:443/tcp"
        monkeypatch.setattr(leaks, "unacknowledged", lambda *_: leaked)

        ended = lab("up")

        assert ended.code == 1
        assert ended.err.endswith(f", sealed, but not ready: {leaked}\n")

    def test_one_that_does_not_come_up_is_told_with_what_to_do(self, lab, parts):
        parts[1].fails["up"] = ContainerFailed("dns: refused")

        ended = lab("up")

        assert ended.code == 3
        assert ended.err.splitlines()[-2:] == [
            "lab: dns: refused",
            "while bringing up: dns; `lab up` again goes on, `lab down` removes",
        ]

    def test_a_taken_subnet_names_who_has_it_and_the_setting(self, lab, parts, containers, log):
        other = NetworkSpec("office", IPv4Network("10.142.0.0/16"), IPv4Address("10.142.0.1"), "br-office")
        containers.ensure_network(other, {})

        ended = lab("up")

        assert (ended.code, log) == (3, [])
        assert ended.err == (
            "lab: subnet 10.142.18.0/24 is taken by the network 'office' (10.142.0.0/16); "
            "choose another with --subnet or `subnet:` in lab.yaml\n"
        )

    def test_a_subnet_taken_by_another_lab_names_the_command_that_frees_it(self, lab, parts, containers):
        other = NetworkSpec("first", IPv4Network("10.142.18.0/24"), IPv4Address("10.142.18.1"), "br-first")
        containers.ensure_network(other, {LABEL: "first"})

        assert lab("up").err == (
            "lab: subnet 10.142.18.0/24 is taken by lab 'first' (10.142.18.0/24); "
            "`lab down --name first` removes it, or choose another with --subnet or `subnet:` in lab.yaml\n"
        )

    def test_its_twin_beside_the_other_comes_up(self, lab, parts, containers):
        other = NetworkSpec("office", IPv4Network("10.142.0.0/20"), IPv4Address("10.142.0.1"), "br-office")
        containers.ensure_network(other, {})

        assert lab("up").code == 0

    def test_a_lab_that_stands_is_not_turned_into_another(self, lab, parts, standing, log):
        ended = lab("up", "--subnet", "10.142.19.0/24")

        assert (ended.code, log) == (3, [])
        assert "subnet: 10.142.18.0/24 stands, 10.142.19.0/24 asked for" in ended.err
        assert "`lab down` first" in ended.err

    def test_after_a_kill_between_the_network_and_the_rest_up_goes_on(self, lab, parts, containers, log):
        containers.ensure_network(LAB.network, LAB.labels)

        assert lab("up").code == 0
        assert log == ["up network", "up dns"]

    def test_a_network_of_somebody_elses_is_left_alone(self, lab, parts, containers, log):
        containers.networks["lab"] = (LAB.network, {})

        ended = lab("up")

        assert (ended.code, log) == (3, [])
        assert ended.err == "lab: the network 'lab' is there and is not a lab's; choose another --name\n"

    def test_a_second_hand_is_told(self, lab, parts, log):
        with lock.held(wiring.state_folder("lab") / "lock", "lab 'lab'"):
            ended = lab("up")

        assert (ended.code, log) == (3, [])
        assert "another lab command is changing it now" in ended.err

    def test_the_command_line_wins_over_the_file(self, tmp_path):
        file = tmp_path / "lab.yaml"
        file.write_text("name: filed\nsubnet: 10.142.20.0/24\n")

        config = wiring.choices(None, file, subnet="10.142.21.0/24")

        assert (config.name, str(config.subnet)) == ("filed", "10.142.21.0/24")


class TestDown:
    def test_everything_of_the_lab_goes(self, lab, standing):
        ended = lab("down")

        assert (ended.code, ended.out) == (0, "")
        assert (standing.containers, standing.networks, standing.volumes) == ({}, {}, {})
        assert ended.err == "lab 'lab' is gone\n"

    def test_where_nothing_stands_nothing_fails(self, lab, containers):
        assert lab("down").code == 0
        assert (containers.containers, containers.networks) == ({}, {})

    def test_another_lab_stays(self, lab, standing):
        other = plan(LabConfig(name="other", subnet=IPv4Network("10.142.19.0/24")))
        standing.ensure_network(other.network, other.labels)
        standing.ensure(other.site, other.network, other.labels)

        assert lab("down").code == 0
        assert (list(standing.containers), list(standing.networks)) == (["other-site"], ["other"])

    @pytest.mark.parametrize(
        "record", ["", "{", '{"name": "lab", "of another version": 1}', '{"name": "Lab"}']
    )
    def test_a_record_that_cannot_be_read_is_no_reason_to_stay(self, lab, standing, record):
        standing.networks["lab"] = (LAB.network, {**LAB.labels, CONFIG_LABEL: record})

        refused, ended = lab("status"), lab("down")

        assert (refused.code, ended.code) == (3, 0)
        assert refused.err == (
            "lab: the record of lab 'lab' cannot be read, another version wrote it; `lab down` removes it\n"
        )
        assert (standing.containers, standing.networks) == ({}, {})

    def test_the_wall_goes_even_without_its_gatekeeper(self, lab, standing):
        standing.remove(LAB.seal.name)

        assert lab("down").code == 0
        scripts = [call.stdin for call in standing.execs if call.container == LAB.seal.name]
        assert any("airgap_lab" in script for script in scripts)
        assert standing.containers == {}

    def test_without_kind_the_rest_goes_and_what_stayed_is_told(self, lab, standing, shell):
        node = ContainerSpec("lab-worker", "node", "node")
        standing.ensure(node, LAB.network, {KIND_LABEL: "lab"})

        def missing(argv):
            raise ToolMissing(f"{argv[0]}: not found on PATH")

        shell.answer = missing
        ended = lab("down")

        assert ended.code == 3
        assert ended.err.splitlines() == [
            "lab: not everything could be removed:",
            "cluster: kind: not found on PATH",
            "network: network lab: error while removing network: has active endpoints",
            "wall: it stays as long as lab-worker is on the network",
        ]
        assert set(standing.containers) == {"lab-worker", "lab-seal"}

    def test_a_strangers_container_is_named_and_the_wall_stays(self, lab, standing):
        standing.strangers = ["somebody"]
        ended = lab("down")
        standing.strangers = []
        gone = lab("down")

        assert ended.code == 3
        assert ended.err.splitlines() == [
            "lab: not everything could be removed:",
            (
                "network: somebody is on the network lab and is none of the lab's containers: "
                "`docker network disconnect lab somebody`, then `lab down` again"
            ),
            "wall: it stays as long as somebody is on the network",
        ]
        removals = [call for call in standing.execs if "delete table" in (call.stdin or "")]
        assert len(removals) == 1
        assert (gone.code, standing.containers, standing.networks) == (0, {}, {})


class TestStatus:
    def test_each_part_has_a_row_of_its_own(self, lab, parts):
        ended = lab("status")

        assert (ended.code, ended.err) == (0, "")
        assert [line.split() for line in ended.out.splitlines()] == [["network", "ready"], ["dns", "ready"]]

    def test_one_that_is_not_ready_is_told_and_is_1(self, lab, parts):
        parts[1].problem = "the container is exited, exit code 137"

        ended = lab("status", "--json")

        assert ended.code == 1
        assert json.loads(ended.out) == [
            {"part": "network", "ready": True, "problem": None},
            {"part": "dns", "ready": False, "problem": "the container is exited, exit code 137"},
        ]

    def test_where_nothing_stands_every_part_says_so(self, lab):
        ended = lab("status", "--json")

        rows = json.loads(ended.out)
        assert ended.code == 1
        assert len({row["part"] for row in rows}) == len(rows) >= 15
        assert rows[0] == {"part": "gatekeeper", "ready": False, "problem": "the container is not there"}
        assert all(row["problem"] and "\n" not in row["problem"] for row in rows if not row["ready"])


class TestWhatNeedsALab:
    @pytest.mark.parametrize(
        "argv",
        [("shell",), ("kubectl", "get", "pods"), ("logs", "dns"), ("egress",), ("images", "push", "a/b:1")],
        ids=lambda argv: argv[0],
    )
    def test_it_says_that_there_is_none(self, lab, argv):
        ended = (
            lab(*argv, "--name", "nobody")
            if argv[0] != "kubectl"
            else lab("kubectl", "--name", "nobody", *argv[1:])
        )

        assert (ended.code, ended.out) == (3, "")
        assert ended.err == "lab: no lab named 'nobody' stands here; `lab up` brings one up\n"

    def test_logs_are_the_parts_own(self, lab, standing):
        standing.said["lab-dns"] = "a query\n"

        assert lab("logs", "dns").out == "a query\n"

    @pytest.mark.parametrize("part", ["gatekeeper", "seal"])
    def test_the_gatekeeper_answers_to_both_of_its_names(self, lab, standing, part):
        standing.said["lab-seal"] = "refused\n"

        assert lab("logs", part).out == "refused\n"

    def test_a_part_that_is_none_is_told_with_those_that_are(self, lab, standing):
        ended = lab("logs", "nodns")

        assert ended.code == 2
        assert "nodns" in ended.err
        assert "localnode-1" in ended.err

    @pytest.fixture
    def became(self, monkeypatch):
        found = []
        monkeypatch.setattr(shell, "become", found.append)
        return found

    @pytest.mark.parametrize(
        "argv",
        [
            ["get", "pods", "-o", "wide", "--all-namespaces"],
            ["exec", "probe", "--", "ls", "-l"],
            ["exec", "-it", "probe", "--", "sh", "-c", "a b"],
            ["exec", "-i", "-t", "probe", "-c", "main", "--", "sh", "-c", "echo $A; exit 3"],
            ["exec", "-n", "kube-system", "probe", "--", "ps"],
            ["exec", "deploy/probe", "--stdin", "--tty", "--", "env", "--", "A=b"],
            ["exec", "probe", "--", "--name", "second"],
            ["-n", "kube-system", "exec", "probe", "--", "ps"],
            ["--namespace=kube-system", "exec", "probe", "--", "ps"],
            ["--namespace", "kube-system", "get", "pods"],
            ["-nkube-system", "get", "pods"],
            ["-v=6", "get", "pods"],
            ["run", "probe", "--image=a:1", "--rm", "-it", "--restart=Never", "--", "sh"],
            ["run", "probe", "--image", "a:1", "--command", "--", "sleep", "5"],
            ["expose", "deploy/probe", "--name=front", "--port", "80"],
            ["expose", "deploy/probe", "--name", "front", "--port", "80"],
            ["debug", "-it", "probe", "--image=a:1", "--", "sh"],
            ["config", "view", "--config"],
            ["get", "pods", "--help"],
            ["get", "pods", "-h"],
            ["help"],
            ["apply", "-f", "-"],
            ["create", "-f", "a.yaml", "--verbose"],
            ["get", "pods", "-l", "a in (b, c)", "-o", "jsonpath={.items[*].metadata.name}"],
            ["get", "pods", "-o", "custom-columns=A:.metadata.name"],
            ["cp", "probe:/a b", "-"],
            ["exec", "probe", "--", "echo", ""],
            ["exec", "probe", "--", "echo", "--json", "é", "*", "a\nb"],
            ["plugin", "--", "--", "x"],
            [],
        ],
        ids=" ".join,
    )
    def test_kubectl_gets_every_word_as_it_was_typed(self, lab, standing, became, argv):
        ended = lab("kubectl", *argv)

        assert (ended.code, ended.out, ended.err) == (0, "", "")
        assert became == [["docker", "exec", "-i", "lab-workstation", "kubectl", *argv]]

    @pytest.mark.parametrize("ours", [["--name", "second"], ["--name=second"]], ids=" ".join)
    def test_the_labs_own_options_stand_before(self, lab, containers, became, ours):
        second = plan(LabConfig(name="second"))
        containers.ensure_network(second.network, second.labels)

        lab("kubectl", *ours, "exec", "probe", "--", "ls", "--name", "third")

        assert became == [
            [
                "docker",
                "exec",
                "-i",
                "second-workstation",
                "kubectl",
                "exec",
                "probe",
                "--",
                "ls",
                "--name",
                "third",
            ]
        ]

    @pytest.mark.parametrize(
        "argv", [["kubectl", "exec", "-it", "probe", "--", "sh"], ["shell"]], ids=" ".join
    )
    @pytest.mark.parametrize(("stdin", "stdout"), [(True, True), (True, False), (False, True)])
    def test_a_terminal_is_asked_for_where_there_is_one(  # noqa: PLR0917
        self, lab, standing, became, monkeypatch, argv, stdin, stdout
    ):
        monkeypatch.setattr("sys.stdin.isatty", lambda: stdin, raising=False)
        monkeypatch.setattr("sys.stdout.isatty", lambda: stdout, raising=False)

        lab(*argv)

        assert ("-t" in became[0][: became[0].index("lab-workstation")]) is (stdin and stdout)
        assert "-i" in became[0]

    def test_help_before_the_first_word_is_the_labs(self, lab, became):
        ended = lab("kubectl", "--help")

        assert (ended.code, became) == (0, [])
        assert "Run kubectl on the workstation" in ended.out


class TestWhatNeedsNoEngine:
    @pytest.fixture(autouse=True)
    def _no_engine(self, host, containers, monkeypatch):
        def gone(*_, **__):
            raise ToolMissing("no container engine answers")

        for door in ("network_labels", "seen", "subnets"):
            monkeypatch.setattr(containers, door, gone)

    @pytest.mark.parametrize(
        "argv",
        [("scenario", "list"), ("scenario", "schema"), ("images", "list"), ("scenario", "list", "--json")],
        ids=" ".join,
    )
    def test_it_works(self, lab, argv):
        ended = lab(*argv)

        assert (ended.code, ended.err) == (0, "")

    def test_its_twin_does_not(self, lab):
        ended = lab("status")

        assert (ended.code, ended.err) == (3, "lab: no container engine answers\n")


def test_the_lab_that_stands_is_wired_as_it_was_made(host, containers):
    made = LabConfig(subnet=IPv4Network("10.142.77.0/24"), refusal="drop")
    lab = plan(made)
    containers.ensure_network(lab.network, lab.labels)

    assert wiring.wired(None, None).config == made
    assert wiring.wired("another", None).config == LabConfig(name="another")


def test_paths_of_the_command_line_are_from_here_and_win_over_those_beside_the_file(tmp_path, monkeypatch):
    (tmp_path / "conf").mkdir()
    file = tmp_path / "conf" / "lab.yaml"
    file.write_text("static: a\nnode_image: ./a.tar\npod_subnet: 10.200.0.0/18\n")
    monkeypatch.chdir(tmp_path)

    assert wiring.choices(None, file).static == tmp_path / "conf" / "a"
    changed = wiring.choices(None, file, static=Path("b"), node_image="b.tar", subnet="10.233.64.0/24")
    assert (changed.static, changed.node_image) == (tmp_path / "b", f"{tmp_path}/b.tar")
    assert wiring.choices(None, file, node_image="kindest/node:v1").node_image == "kindest/node:v1"


def test_a_doctor_is_told_the_subnet(lab, monkeypatch):
    seen = []

    def examine(machine, config, **_):
        seen.append(str(config.subnet))
        return (doctor.Check("subnet", "free", "free", doctor.State.OK),)

    monkeypatch.setattr(doctor, "examine", examine)

    assert lab("doctor", "--subnet", "10.142.19.0/24").code == 0
    assert seen == ["10.142.19.0/24"]
