"""The ledger against known attempts: found, rightly named, invented.

From pods that live for less than 200 ms, pods that stay, pods in their nodes' network, nodes, the workstation, and
image pulls. The short pods come twice, under the same names or at the same addresses.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.bench import ground
from tests.bench.attempts import Attempt, Score, attempts, score, script
from tests.bench.row import Row, say
from tests.hostile.places import IMAGE, Ground, call
from tests.hostile.pods import LABEL, pod, reservations, reserve

SHORT_SECONDS = 180
SETTLE_SECONDS = 6
NODES = ("localnode-1", "localnode-2", "localnode-3")


@dataclass(frozen=True, slots=True)
class Size:
    """Numbers of pods, and of attempts of each. The short ones do ten each, twice."""

    short: int
    staying: int
    host: int
    node: int
    workstation: int
    pulls: int

    @property
    def attempts(self) -> int:
        return (
            20 * self.short + 3 * (self.staying + self.node) + 2 * self.host + self.workstation + self.pulls
        )


WHOLE = Size(short=16, staying=90, host=60, node=60, workstation=90, pulls=20)
SMALL = Size(short=2, staying=5, host=5, node=5, workstation=16, pulls=4)


def measure() -> Sequence[Row]:
    with ground.lab_of_own():
        seen = compare(Ground.of(ground.LAB), WHOLE)
    say(str(seen))
    whole = float(seen.attempts)
    return [
        Row(f"of {seen.attempts} attempts in the ledger", seen.found, "", whole, at_most=False),
        Row("  of which: rightly named", seen.right, "", whole, at_most=False),
        Row("  rows that nobody caused", len(seen.invented), "", 0),
    ]


def compare(lab: Ground, size: Size) -> Score:
    """Make the attempts in the lab and compare. What is made for it goes whatever happens."""
    resolver, site = str(lab.topology.cluster.service_subnet[10]), str(lab.topology.site_address)
    numbers = itertools.count(1)
    since = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")

    def wanted(who: str, count: int, *, by: str = site) -> list[Attempt]:
        return attempts(who, count, numbers, resolver=by, site=site)

    done: list[Attempt] = []
    lab.start()
    pushed = lab.lab("images", "push", IMAGE)
    assert pushed.returncode == 0, pushed.stderr
    try:
        marks = reservations(lab)
        for round_ in range(2):
            # The second time: half of them under the same names elsewhere, half at the same addresses.
            reserve(marks)
            names = [
                f"short-{index}" if index % 2 else f"short-{index}-{round_}" for index in range(size.short)
            ]
            pods = {name: wanted(f"pod default/{name}", 10, by=resolver) for name in names}
            texts = [
                pod(name, NODES[(index + round_ * (index % 2)) % 3], script(pods[name]))
                for index, name in enumerate(names)
            ]
            _run_pods(lab, texts, "short")
            done += itertools.chain.from_iterable(pods.values())
        staying = {
            f"stays-{index}": wanted(f"pod default/stays-{index}", size.staying, by=resolver)
            for index in range(3)
        }
        hosts = {f"host-{index}": wanted(f"node {NODES[index]}", size.host) for index in range(2)}
        texts = [pod(name, NODES[index], script(staying[name])) for index, name in enumerate(staying)]
        texts += [pod(name, NODES[index], script(hosts[name]), host=True) for index, name in enumerate(hosts)]
        _run_pods(lab, texts, "staying")
        done += itertools.chain.from_iterable([*staying.values(), *hosts.values()])
        for node in NODES:
            done += _at(lab, f"node/{node}", wanted(f"node {node}", size.node))
        done += _at(lab, "workstation", wanted("workstation", size.workstation))
        done += _pulls(lab, size.pulls)
        time.sleep(SETTLE_SECONDS)
        listed = lab.lab("egress", "--json", "--since", since)
        assert listed.returncode == 0, listed.stderr
        return score(done, json.loads(listed.stdout)["entries"])
    finally:
        lab.kubectl("delete", "pod", "-l", f"app={LABEL}", "--now", "--wait=false")
        lab.stop_tool()


def _run_pods(lab: Ground, pods: Sequence[dict[str, object]], what: str) -> None:
    """Run them to their end, say how long the longest took, and take them away."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(pods)})
    made = lab.kubectl("create", "-f", "-", stdin=text.encode())
    assert made.returncode == 0, made.stderr
    phase = ("wait", "pod", "-l", f"app={LABEL}", "--for=jsonpath={.status.phase}=Succeeded")
    ended = lab.kubectl(*phase, f"--timeout={SHORT_SECONDS - 60}s")
    assert ended.returncode == 0, ended.stderr
    logs = lab.kubectl("logs", "-l", f"app={LABEL}", "--tail=1", "--max-log-requests=50").stdout
    took = [int(found) / 1000 for found in re.findall(r"took (\d+)", logs)]
    say(f"completeness: {len(pods)} {what} pods, the longest took {max(took, default=0):.0f} ms")
    lab.kubectl("delete", "pod", "-l", f"app={LABEL}", "--now")


def _at(lab: Ground, place: str, wanted: list[Attempt]) -> list[Attempt]:
    done = call(*lab.within(place), "bash", stdin=script(wanted).encode())
    assert "took" in done.stdout, f"{place}: {done.stderr[-300:]}"
    return wanted


def _pulls(lab: Ground, count: int) -> list[Attempt]:
    """Pods whose image nobody here has; the node wants it, by address or by name."""
    wanted, pods = [], []
    for index in range(count):
        registry = (
            f"203.0.113.{251 + index % 2}:{5000 + index}" if index % 2 else f"registry-{index}.complete.test"
        )
        what = f"{registry}/tcp" if index % 2 else registry
        wanted.append(Attempt(f"node {NODES[index % 3]}", what, ""))
        pods.append(pod(f"pull-{index}", NODES[index % 3], "", image=f"{registry}/nothing:1"))
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": pods})
    assert lab.kubectl("create", "-f", "-", stdin=text.encode()).returncode == 0
    end = time.monotonic() + 60
    while time.monotonic() < end:
        shown = lab.kubectl(
            "get",
            "pod",
            "-l",
            f"app={LABEL}",
            "-o",
            "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}",
        )
        if len(re.findall("ErrImagePull|ImagePullBackOff", shown.stdout)) == count:
            break
        time.sleep(1)
    lab.kubectl("delete", "pod", "-l", f"app={LABEL}", "--now")
    return wanted
