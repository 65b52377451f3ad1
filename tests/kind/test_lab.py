"""The whole lab, through its own command line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from lab.cli import wiring
from lab.components.seal import Seal
from lab.host.clock import SystemClock, wait_until
from tests.kind.conftest import ROOT, docker, host_snapshot, lab

pytestmark = pytest.mark.kind

HEARS_CTRL_C = ("env", "--default-signal=INT")
"""A shell starts what it puts in the background deaf to Ctrl-C, and so the tests and what they start."""
DOCUMENT = ROOT / "scenarios" / "document.yaml"
CHAPTERS = {DOCUMENT.parent / name for name in yaml.safe_load(DOCUMENT.read_text())["chapters"]}
SCENARIOS = [path for path in sorted((ROOT / "scenarios").glob("*.yaml")) if path not in CHAPTERS]
"""The whole document once, and what is no chapter of it: each chapter by itself would double the time."""
NFS_POD = """
apiVersion: v1
kind: Pod
metadata: {{name: nfs-{number}, labels: {{app: nfs-check}}}}
spec:
  nodeName: localnode-{number}
  tolerations: [{{operator: Exists}}]
  terminationGracePeriodSeconds: 1
  containers:
  - name: writer
    image: airgap-lab/probe:latest
    command: [bash, -c, "echo from-{number} > /data/shared-{number}; sleep infinity"]
    readinessProbe: {{exec: {{command: [test, -s, /data/shared-{number}]}}, periodSeconds: 1}}
    volumeMounts: [{{name: data, mountPath: /data}}]
  volumes:
  - name: data
    persistentVolumeClaim: {{claimName: nfs-check}}
---
"""
NFS_VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: nfs-check}
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteMany]
  storageClassName: ""
  nfs: {server: 10.142.18.191, path: /opt/nfs}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: nfs-check}
spec:
  accessModes: [ReadWriteMany]
  storageClassName: ""
  volumeName: nfs-check
  resources: {requests: {storage: 1Gi}}
"""


def at_workstation(name: str, command: str, *, stdin: str = "") -> subprocess.CompletedProcess[str]:
    argv = ["docker", "exec", "-i", f"{name}-workstation", "bash", "-c", command]
    return subprocess.run(argv, input=stdin, capture_output=True, text=True, timeout=180, check=False)


def test_every_part_says_that_it_is_ready(name: str) -> None:
    done = lab("status", "--name", name, "--json")

    assert (done.returncode, [one for one in json.loads(done.stdout) if not one["ready"]]) == (0, [])


def test_a_stopped_part_is_named_with_its_reason_and_up_repairs_it(name: str) -> None:
    docker("stop", "-t", "1", f"{name}-registry")
    broken = lab("status", "--name", name)
    repaired = lab("up", "--name", name)

    assert broken.returncode == 1
    assert re.search(r"registry +not ready: the container is exited", broken.stdout)
    assert repaired.returncode == 0, repaired.stderr
    assert lab("status", "--name", name).returncode == 0


def test_up_again_leaves_what_stands(name: str) -> None:
    ids = docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}")
    assert lab("up", "--name", name).returncode == 0

    assert ids == docker("ps", "--no-trunc", "--format", "{{.ID}} {{.Names}}")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_every_scenario_holds(name: str, scenario: Path) -> None:
    done = lab("run", str(scenario), "--name", name)

    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]


def test_a_scenario_that_was_kept_is_played_again(name: str) -> None:
    """Without `--again` what stands is in the way: the twin."""
    storage = str(ROOT / "scenarios" / "storage.yaml")
    kept = lab("run", storage, "--keep", "--name", name)
    in_the_way = lab("run", storage, "--keep", "--name", name)
    again = lab("run", storage, "--again", "--name", name)
    after = lab("run", storage, "--name", name)

    assert kept.returncode == 0, kept.stdout[-4000:]
    assert in_the_way.returncode == 1
    assert again.returncode == 0, again.stdout[-4000:]
    assert after.returncode == 0, after.stdout[-4000:]


def test_a_chapter_brings_what_it_needs_and_leaves_nothing(name: str) -> None:
    before = _objects(name)
    done = lab("run", str(ROOT / "scenarios" / "tfjob.yaml"), "--name", name, "--json")

    assert done.returncode == 0, done.stdout[-4000:]
    assert [one["name"] for one in json.loads(done.stdout)["scenarios"]] == ["kubeflow", "tfjob"]
    assert _objects(name) == before


def _objects(name: str) -> list[str]:
    kinds = "deployments,statefulsets,services,jobs,pods,pvc,pv,sc,crd,clusterroles,clusterrolebindings"
    return sorted(at_workstation(name, f"kubectl get {kinds} -o name").stdout.split())


def test_services_keep_their_addresses_when_kube_proxy_starts_again(name: str) -> None:
    """It then compares what nft lists with what it would write, as it does each hour."""
    restart = "kubectl -n kube-system rollout restart ds/kube-proxy && kubectl -n kube-system rollout status"
    done = at_workstation(name, f"{restart} ds/kube-proxy --timeout=120s")
    assert done.returncode == 0, done.stderr

    listing = ("nft", "list", "map", "ip", "kube-proxy", "service-ips")
    for node in (f"{name}-control-plane", f"{name}-worker", f"{name}-worker2"):

        def lacking(node: str = node) -> str | None:
            there = " . udp . 53 : goto " in "\n".join(docker("exec", node, *listing))
            return None if there else "has no service for DNS"

        wait_until(f"kube-proxy of {node}", lacking, clock=SystemClock(), timeout=30)


def test_pods_on_three_nodes_share_an_nfs_volume_and_leave_no_mount(name: str) -> None:
    assert lab("images", "push", "airgap-lab/probe:latest", "--name", name).returncode == 0
    pods = "".join(NFS_POD.format(number=number) for number in (1, 2, 3))
    try:
        made = at_workstation(name, "kubectl apply -f -", stdin=NFS_VOLUME + "---" + pods)
        assert made.returncode == 0, made.stderr
        ready = at_workstation(name, "kubectl wait pod -l app=nfs-check --for=condition=Ready --timeout=90s")
        assert ready.returncode == 0, (
            ready.stderr + at_workstation(name, "kubectl describe pod -l app=nfs-check").stdout
        )
        shared = at_workstation(name, "kubectl exec nfs-3 -- cat /data/shared-{1,2,3}").stdout.split()
        mounted = _nfs_mounts(name)
    finally:
        at_workstation(name, "kubectl delete pod -l app=nfs-check; kubectl delete pvc,pv nfs-check")
        subprocess.run(
            ["docker", "exec", f"{name}-nfs", "bash", "-c", "rm -f /opt/nfs/shared-{1,2,3}"],
            check=False,
            timeout=30,
        )

    assert shared == ["from-1", "from-2", "from-3"]
    assert mounted == 3
    assert _nfs_mounts(name) == 0


def _nfs_mounts(name: str) -> int:
    nodes = [f"{name}-control-plane", f"{name}-worker", f"{name}-worker2"]
    return sum(
        "nfs" in line.split()[2]
        for node in nodes
        for line in docker("exec", node, "cat", "/proc/mounts")
        if len(line.split()) > 2
    )


def test_with_the_seal_lifted_the_same_checks_report_a_leak(name: str, tmp_path: Path) -> None:
    """The checks of seal.yaml that aim at an address outside, each now expected to leak; the wall still holds."""
    story = yaml.safe_load((ROOT / "scenarios/seal.yaml").read_text())
    outwards = [
        step for step in story["steps"] if "198.51.100." in str(step.get("connect", {}).get("to", ""))
    ]
    places = {step["connect"]["from"] for step in outwards}
    story["steps"] = story["steps"][:2] + [
        {**step, "expect": "leaks"} for step in outwards if step["connect"]["to"].startswith("198.51.100.")
    ]
    story["name"] = "seal-lifted"
    (tmp_path / "files").symlink_to(ROOT / "scenarios/files")
    (tmp_path / "seal-lifted.yaml").write_text(yaml.safe_dump(story))
    wired = wiring.wired(name, None)
    seal = Seal(wired.topology, wired.host)
    seal.lift()
    try:
        lifted = lab("status", "--name", name)
        done = lab("run", str(tmp_path / "seal-lifted.yaml"), "--name", name)
        leaks = [
            one
            for one in json.loads(lab("egress", "--name", name, "--json").stdout)["entries"]
            if one["leaked"]
        ]
    finally:
        closed = lab("up", "--name", name)

    assert {place.partition("/")[0] for place in places} == {"pod", "node", "workstation"}
    assert re.search(r"seal +not ready", lifted.stdout)
    assert not re.search("FAILED|ERROR", done.stdout), done.stdout[-4000:]
    assert {"pod default/probe", "workstation"} <= {one["who"] for one in leaks}
    # Until somebody has looked at them all three say so, and name them.
    unready = lab("status", "--name", name)
    assert [one.returncode for one in (done, closed, unready)] == [1, 1, 1]
    assert all("got past a seal" in one for one in (done.stderr, closed.stderr, unready.stdout))
    noted = lab("egress", "--name", name, "--acknowledge")
    assert "198.51.100." in noted.stdout
    kept = json.loads(lab("egress", "--name", name, "--json").stdout)["entries"]
    assert lab("status", "--name", name).returncode == lab("up", "--name", name).returncode == 0
    assert len([one for one in kept if one["leaked"] and one["acknowledged"]]) >= len(leaks)


def test_what_a_pod_wanted_is_in_the_ledger_and_what_it_found_is_not(name: str) -> None:
    assert lab("images", "push", "airgap-lab/probe:latest", "--name", name).returncode == 0
    asks = "getent hosts wanted.outside.test; getent hosts registry"
    asked = at_workstation(
        name,
        f"kubectl run asker --image=airgap-lab/probe:latest --restart=Never --command -- bash -c '{asks}'"
        " && kubectl wait pod/asker --for=jsonpath='{.status.phase}'=Succeeded --timeout=60s"
        " ; kubectl logs asker; kubectl delete pod asker --now",
    )
    done = lab("egress", "--name", name, "--json")

    rows = [row["what"] for row in json.loads(done.stdout)["entries"] if row["who"] == "pod default/asker"]
    assert "10.142.18.191" in asked.stdout, asked.stderr
    assert (done.returncode, rows) == (0, ["wanted.outside.test"])


def test_a_second_up_of_the_same_lab_is_refused_at_once(name: str) -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "lab", "up", "--name", name],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        refused = lab("down", "--name", f"{name}x")  # another lab's name is not in the way
        said = ""
        while first.poll() is None and time.monotonic() < deadline and "another lab command" not in said:
            said = lab("up", "--name", name).stderr
    finally:
        first.wait(timeout=300)

    assert "another lab command is changing it now" in said
    assert refused.returncode == 0
    assert first.returncode == 0


def test_a_lab_killed_half_way_is_repaired_beside_another(name: str) -> None:
    """A second lab of another name and subnet: killed while its cluster is made, then brought up, then gone."""
    second, before = f"s{os.getpid()}", host_snapshot()
    argv = [sys.executable, "-m", "lab", "up", "--name", second, "--subnet", "10.142.19.0/24"]
    first = subprocess.Popen(
        argv, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while f"{second}-worker" not in docker("ps", "--format", "{{.Names}}") and time.monotonic() < deadline:
        time.sleep(0.2)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(timeout=10)
    try:
        repaired = lab("up", "--name", second, "--subnet", "10.142.19.0/24")
        assert repaired.returncode == 0, repaired.stderr
        assert lab("status", "--name", second).returncode == 0
        assert lab("status", "--name", name).returncode == 0
        taken = lab("up", "--name", f"{second}b", "--subnet", "10.142.19.0/24")
        assert taken.returncode == 3
        assert f"taken by lab '{second}'" in taken.stderr
    finally:
        down = lab("down", "--name", second)
    assert down.returncode == 0, down.stderr
    assert before == host_snapshot()


def test_run_without_a_lab_says_so_in_one_line(before: object) -> None:
    done = lab("run", "scenarios/pytorch.yaml", "--name", "nobody")

    assert done.returncode == 3
    assert done.stderr.strip() == "lab: no lab named 'nobody' stands here; `lab up` brings one up"


def test_ctrl_c_ends_a_run_cleanly_with_its_journal_whole(name: str, tmp_path: Path) -> None:
    story = tmp_path / "slow.yaml"
    story.write_text(
        "name: slow\nsummary: one step that takes long\n"
        "steps: [{name: quick, run: echo here}, {name: long, run: sleep 55}, {name: after, run: echo no}]\n"
        "cleanup: [{name: tidy, run: echo tidied}]\n"
    )
    run = subprocess.Popen(
        [*HEARS_CTRL_C, sys.executable, "-m", "lab", "run", str(story), "--name", name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while "sleep 55" not in at_workstation(name, "ps -eo args").stdout and time.monotonic() < deadline:
        time.sleep(0.2)
    run.send_signal(signal.SIGINT)
    out, said = run.communicate(timeout=60)

    folder = Path(re.search(r"^run folder: (.+)$", said, re.MULTILINE)[1])
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    verdicts = {one["step"]: one["judgement"]["verdict"] for one in events if one["event"] == "step-finished"}
    assert run.returncode == 130
    assert "Traceback" not in said
    assert said.splitlines()[-1] == "lab: interrupted"
    assert verdicts == {"quick": "passed", "long": "errored", "after": "skipped", "tidy": "passed"}
    assert events[-1]["event"] == "run-finished"
    assert events[-1]["interrupted"] is True
    assert "interrupted" in out
    assert "sleep 55" not in at_workstation(name, "ps -eo args").stdout
