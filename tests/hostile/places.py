"""Where hostile programs run, and how a plan gets there and back."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.cli import wiring
from lab.spec.topology import Topology

IMAGE = "airgap-lab/probe:latest"
HERE = Path(__file__).parent
PROGRAMS = {"packets.py": HERE / "packets.py", "__main__.py": HERE / "sender.py"}
POD_SECONDS = 120
SEND_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Place:
    """*rights*: of the container's security context. *host*: in its node's network."""

    name: str
    node: str = ""
    rights: str = "{}"
    host: bool = False
    namespace: str = "default"

    @property
    def is_pod(self) -> bool:
        return bool(self.rights)

    @property
    def owner(self) -> str:
        """As the ledger names what comes from here."""
        if not self.is_pod:
            return self.name.replace("/", " ")
        return f"node {self.node}" if self.host else f"pod {self.namespace}/{self.name}"


PRIVILEGED = "{privileged: true}"
PODS = (
    Place("plain", "localnode-2"),
    Place("other", "localnode-3"),
    Place("admin", "localnode-2", "{capabilities: {add: [NET_ADMIN]}}"),
    Place("privileged", "localnode-3", PRIVILEGED),
    Place("host", "localnode-3", host=True),
    Place("host-privileged", "localnode-2", PRIVILEGED, host=True),
    Place("system", "localnode-2", namespace="kube-system"),
)
OUTSIDE_PODS = (Place("node/localnode-1", rights=""), Place("workstation", rights=""))
PLACES = {one.name: one for one in (*PODS, *OUTSIDE_PODS)}

POD = """
apiVersion: v1
kind: Pod
metadata: {{name: {one.name}, namespace: {one.namespace}, labels: {{hostile: "yes"}}}}
spec:
  nodeName: {one.node}
  hostNetwork: {host}
  tolerations: [{{operator: Exists}}]
  terminationGracePeriodSeconds: 0
  containers:
  - {{name: probe, image: {image}, imagePullPolicy: IfNotPresent, command: [sleep, infinity], securityContext: {one.rights}}}
---
"""


def call(*argv: str, stdin: bytes | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=timeout, check=False)
    return subprocess.CompletedProcess(
        argv, done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """The lab under attack, and a container of ours in the host's network, from which it is watched."""

    topology: Topology

    @classmethod
    def of(cls, name: str) -> Ground:
        return cls(wiring.wired(name, None).topology)

    @property
    def tool(self) -> str:
        return f"hostile-{self.topology.name}"

    def lab(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run the command line as a user does, who has named the lab in the environment."""
        argv = ("env", f"LAB_NAME={self.topology.name}", sys.executable, "-m", "lab", *arguments)
        return call(*argv, timeout=timeout)

    def up(self, *, acknowledge: bool = True) -> subprocess.CompletedProcess[str]:
        """Mend it. Leaks that were meant are acknowledged first, or their exit code would hide every other."""
        if acknowledge:
            self.lab("egress", "--acknowledge")
        return self.lab("up", "--subnet", str(self.topology.network.subnet))

    def rows(self) -> list[dict[str, Any]]:
        """Return the ledger."""
        done = self.lab("egress", "--json")
        assert done.returncode == 0, done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)["entries"]
        return rows

    def start(self) -> None:
        """Start the watcher and the pods."""
        self.stop_tool()
        done = call(
            *("docker", "run", "-d", "--rm", "--name", self.tool, "--privileged", "--network", "host"),
            *("--pid", "host", IMAGE, "sleep", "infinity"),
        )
        assert done.returncode == 0, done.stderr

    def start_pods(self) -> None:
        pushed = self.lab("images", "push", IMAGE)
        assert pushed.returncode == 0, pushed.stderr
        text = "".join(POD.format(one=one, host=str(one.host).lower(), image=IMAGE) for one in PODS)
        made = self.kubectl("apply", "-f", "-", stdin=text.encode())
        assert made.returncode == 0, made.stderr
        wait = (
            "wait",
            "pod",
            "-A",
            "-l",
            "hostile=yes",
            "--for=condition=Ready",
            f"--timeout={POD_SECONDS}s",
        )
        ready = self.kubectl(*wait)
        assert ready.returncode == 0, ready.stderr

    def stop_pods(self) -> None:
        self.kubectl("delete", "pod", "-A", "-l", "hostile=yes", "--now", "--wait=false")

    def stop_tool(self) -> None:
        call("docker", "rm", "-f", self.tool)

    def kubectl(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        node = self.topology.cluster.control_plane.container
        argv = ("docker", "exec", "-i", node, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
        return call(*argv, *arguments, stdin=stdin, timeout=POD_SECONDS + 30)

    def watcher(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return call("docker", "exec", "-i", self.tool, *argv, stdin=stdin.encode())

    def container(self, place: str) -> str:
        """The container whose network namespace *place* (no pod) is."""
        nodes = {f"node/{node.name}": node.container for node in self.topology.cluster.nodes}
        return nodes.get(place, f"{self.topology.name}-{place}")

    def nodes(self) -> Mapping[str, str]:
        return {node.name: node.container for node in self.topology.cluster.nodes}

    def within(self, place: str) -> Sequence[str]:
        """The words before a program that is to run in *place*."""
        if place in PLACES and PLACES[place].is_pod:
            node = self.topology.cluster.control_plane.container
            argv = ("docker", "exec", "-i", node, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
            return (*argv, "exec", "-i", "-n", PLACES[place].namespace, place, "--")
        pid = call("docker", "inspect", "--format", "{{.State.Pid}}", self.container(place)).stdout.strip()
        return ("docker", "exec", "-i", self.tool, "nsenter", "-t", pid, "-n")

    def send(self, place: str, plan: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
        """Run *plan* in *place*; return what it saw, by the plan's numbers."""
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            for name, path in PROGRAMS.items():
                archive.write(path, name)
            archive.writestr("plan.json", json.dumps(plan))
        script = f"f=$(mktemp) && cat >$f && timeout {SEND_SECONDS} python3 $f; rm -f $f"
        done = call(
            *self.within(place), "bash", "-c", script, stdin=whole.getvalue(), timeout=SEND_SECONDS + 30
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if len(lines) != len(plan):
            raise AssertionError(f"{place}: {len(lines)} of {len(plan)} were sent: {done.stderr[-800:]}")
        return {line["id"]: line for line in lines}

    def send_all(self, plans: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[int, dict[str, Any]]:
        """The same in several places at once."""
        with ThreadPoolExecutor(3) as pool:
            seen = pool.map(lambda place: self.send(place, plans[place]), plans)
        return {number: one for part in seen for number, one in part.items()}
