"""What each step types, where, and how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.errors import ContainerFailed, LabError
from lab.spec.actions import Apply, Fetch, Resolve, Run, Wait
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.scenario import Outcome
from lab.steps import Stage, perform, places, workloads
from tests.fakes import FakeClock, FakeContainers, completed, fake_host

TOPOLOGY = plan(LabConfig())
HOME = ("env", "-C", "/root", "HOME=/root")


class Doing:
    """Performs actions against answers given one after the other; the last one stays."""

    def __init__(self, *answers, folder=Path(), takes=0.0):
        self.answers = list(answers) or [completed()]
        self.clock = FakeClock()
        self.takes = takes
        self.containers = FakeContainers(self._answer, anything_stands=True)
        self.stage = Stage(
            TOPOLOGY, fake_host(containers=self.containers, clock=self.clock), folder, self.clock.now()
        )

    def _answer(self, _):
        self.clock.pass_time(self.takes)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def __call__(self, action, timeout=60.0):
        return perform(action, self.stage, timeout=timeout)

    @property
    def typed(self):
        return [(call.container, *call.argv) for call in self.containers.execs]


def at(place):
    return {"from": place}


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("workstation", ("lab-workstation", *HOME, "bash", "-c", "a | b")),
        ("site", ("lab-site", *HOME, "bash", "-c", "a | b")),
        ("node/localnode-2", ("lab-worker", *HOME, "bash", "-c", "a | b")),
        (
            "pod/kubeflow/x",
            ("lab-workstation", *HOME, "kubectl", "exec", "-n", "kubeflow", "x", "--", "sh", "-c", "a | b"),
        ),
        (
            "pod/x",
            ("lab-workstation", *HOME, "kubectl", "exec", "-n", "default", "x", "--", "sh", "-c", "a | b"),
        ),
    ],
)
def test_a_command_is_typed_verbatim_at_its_place(place, expected):
    do = Doing(completed("said"))
    seen = do(Run(command="a | b", **at(place)))

    assert do.typed == [expected]
    assert (seen.outcome, seen.detail) == (Outcome.SUCCEEDS, "said")


def test_a_node_that_is_not_there():
    with pytest.raises(LabError, match="its nodes: localnode-1, localnode-2, localnode-3"):
        Doing()(Run(command="a", **at("node/localnode-4")))


def test_a_pod_that_is_not_there_is_no_answer_from_it():
    """Else a step that expects `not-found` from a pod would pass because the pod is missing."""
    gone = completed(stderr='Error from server (NotFound): pods "x" not found', exit_code=1)

    with pytest.raises(ContainerFailed, match=r"pod/x: nothing can be run there: .*NotFound"):
        Doing(gone)(Run(command="a", **at("pod/x")))


def test_a_command_that_fails_in_a_pod_is_an_answer():
    failed = completed(stderr="cat: nosuch\ncommand terminated with exit code 1\n", exit_code=1)
    seen = Doing(failed)(Run(command="a", **at("pod/x")))

    assert (seen.outcome, seen.detail) == (Outcome.FAILS, "cat: nosuch")


def test_until_asks_each_second_until_the_output_matches():
    do = Doing(completed("0 of 4"), completed("2 of 4", exit_code=1), completed("4 of 4"))
    seen = do(Run(command="a", until="^4"))

    assert (seen.outcome, seen.detail) == (Outcome.SUCCEEDS, "4 of 4")
    assert do.clock.sleeps == [1.0, 1.0]


def test_until_ends_with_the_time_and_what_was_said_last():
    do = Doing(completed("0 of 4"), takes=2.0)
    seen = do(Run(command="a", until="^4"), timeout=10)

    assert seen.outcome is Outcome.TIMES_OUT
    assert seen.detail == "0 of 4\n(in 10 s it never said '^4')"
    assert seen.seconds == pytest.approx(10, abs=2)
    assert [call.timeout for call in do.containers.execs] == [10, 7, 4, 1]


def test_a_manifest_goes_in_by_stdin():
    do = Doing(completed("pod/a created"))
    do(Apply(manifest="kind: Pod"))

    assert do.typed == [("lab-workstation", *HOME, "kubectl", "apply", "-f", "-")]
    assert do.containers.execs[0].stdin == "kind: Pod"


def test_a_manifest_of_a_file_beside_the_scenario(tmp_path):
    (tmp_path / "crd.yaml").write_text("kind: CRD")
    do = Doing(folder=tmp_path)
    do(Apply(file="crd.yaml"))

    assert do.containers.execs[0].stdin == "kind: CRD"


def test_a_manifest_that_went_missing(tmp_path):
    with pytest.raises(LabError, match=r"crd\.yaml: cannot be read"):
        Doing(folder=tmp_path)(Apply(file="crd.yaml"))


def test_deletion_of_what_has_lost_its_kind_is_done():
    gone = completed(stderr='error: no matches for kind "A" in version "a/v1"', exit_code=1)
    do = Doing(gone)

    assert workloads.delete(Apply(manifest="kind: A"), do.stage, timeout=9).outcome is Outcome.SUCCEEDS


def test_deletion_that_gets_stuck():
    stuck = completed(stderr="error: timed out waiting for the condition on pods/a", exit_code=1)
    do = Doing(stuck)

    assert workloads.delete(Apply(manifest="kind: A"), do.stage, timeout=9).outcome is Outcome.TIMES_OUT
    assert "--timeout=9s" in do.typed[0]


NOT_YET = completed(stderr="error: no matching resources found", exit_code=1)


def wait(until="condition=Ready", resource="pod -l app=x"):
    return Wait(resource=resource, **{"for": until})


def test_wait_asks_kubectl():
    do = Doing(completed("pod/x condition met"))

    assert do(wait(), timeout=30).outcome is Outcome.SUCCEEDS
    assert do.typed == [
        (
            "lab-workstation",
            *HOME,
            *("kubectl", "wait", "-n", "default", "pod", "-l", "app=x", "--for=condition=Ready"),
            "--timeout=30s",
        )
    ]


def test_wait_waits_for_what_is_not_there_yet():
    do = Doing(NOT_YET, NOT_YET, completed("pod/x condition met"))

    assert do(wait(), timeout=30).outcome is Outcome.SUCCEEDS
    assert do.clock.sleeps == [1.0, 1.0]


def test_wait_for_what_never_comes():
    do = Doing(NOT_YET)

    assert do(wait(), timeout=10).outcome is Outcome.NOT_FOUND
    assert do.clock.passed <= 10


def test_wait_for_the_end_of_what_is_gone_already():
    assert Doing(NOT_YET)(wait("delete")).outcome is Outcome.SUCCEEDS


def test_wait_that_kubectl_gives_up():
    late = completed(stderr="error: timed out waiting for the condition on pods/x", exit_code=1)
    do = Doing(late)

    assert do(wait()).outcome is Outcome.TIMES_OUT
    assert len(do.typed) == 1


def test_a_place_without_tools_is_told():
    bare = completed(stderr="lab: no tool for this question here", exit_code=127)
    with pytest.raises(LabError, match="node/localnode-1 has no tool to ask for A records: dig, nslookup"):
        Doing(bare)(Resolve(host="a.test", **at("node/localnode-1")))

    bare = completed(stderr="lab: no tool to fetch with here", exit_code=127)
    with pytest.raises(LabError, match="site has neither curl, python3 nor wget"):
        Doing(bare)(Fetch(url="http://a.test/", **at("site")))


@pytest.mark.parametrize(("place", "tool"), [("workstation", "dig"), ("node/localnode-1", "getent")])
def test_the_tool_asked_first_is_the_place_s_own(place, tool):
    do = Doing(completed("by dig\na. 5 IN A 192.0.2.1"))
    do(Resolve(host="a.test", **at(place)), timeout=7)

    assert do.typed[0][-4:] == ("a.test", "A", "7", tool)


def test_a_fetch_shows_the_reason_and_not_the_notes():
    notes = "*   Trying 198.51.100.7:80...\n* connect to 198.51.100.7 port 80 failed: No route to host\n> GET /\n< X: y\n{ [5 bytes data]\n"
    do = Doing(
        completed("HTTP 000, 0 bytes,", stderr=notes + "curl: (7) Couldn't connect to server", exit_code=7)
    )
    seen = do(Fetch(url="http://198.51.100.7/"))

    assert seen.outcome is Outcome.UNREACHABLE
    assert seen.detail == (
        "HTTP 000, 0 bytes,\n"
        "* connect to 198.51.100.7 port 80 failed: No route to host\n"
        "curl: (7) Couldn't connect to server"
    )


def test_locate_is_pure():
    assert places.locate("site", ("a",), TOPOLOGY) == ("lab-site", (*HOME, "a"))


@pytest.mark.parametrize("server", ["dns", "web", "nfs", "registry"])
def test_each_of_the_site_s_servers_is_a_place(server: str):
    assert places.locate(f"site/{server}", ("a",), TOPOLOGY) == (f"lab-{server}", (*HOME, "a"))
