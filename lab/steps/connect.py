"""`connect`: one attempt by the probe, and a look at the wall whether it got past the seal.

An address is tried from the place's own network namespace. In a pod the probe is the pod's own (the image
`airgap-lab/probe`); elsewhere it comes in from the seal container, with the place's resolv.conf.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lab.errors import LabError
from lab.host.containers import standing
from lab.host.shell import Completed
from lab.spec import nft, ruleset
from lab.spec.actions import Connect
from lab.spec.scenario import Outcome
from lab.steps import places
from lab.steps.stage import Stage
from lab.verdict import Observation

GRACE_SECONDS = 10.0
"""For the way to the place, beside the attempt's own time."""
WALL_SECONDS = 10.0
TARGET = re.compile(
    r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^\[\]/:\s]+))(?::(?P<port>\d{1,5}))?/(?P<protocol>tcp|udp|icmp)"
)


@dataclass(frozen=True, slots=True)
class Target:
    host: str
    port: int | None
    protocol: str


def connect(action: Connect, stage: Stage, *, timeout: float) -> Observation:
    """Attempt it, and call it a leak if the wall counted more afterwards than before."""
    argv = [
        "python3",
        "-m",
        "lab.parts.probe",
        *probe_arguments(target(action.to), max(timeout - GRACE_SECONDS, 1)),
    ]
    before = _wall(stage)
    if action.place.startswith("pod/"):
        done = places.run_at(action.place, argv, stage, timeout=timeout)
    else:
        done = _from_outside(_container(action.place, stage), argv, stage, timeout=timeout)
    seen = observation(done)
    if past := _wall(stage) - before:
        return Observation(
            Outcome.LEAKS, f"{past} packets got past the seal, to the wall; {seen.detail}", seen.seconds
        )
    return seen


def target(to: str) -> Target:
    """Read `198.51.100.7:443/tcp`, `[2001:db8::7]:53/udp`, `198.51.100.7/icmp`. Raises LabError."""
    match = TARGET.fullmatch(to)
    if match is None or (match["port"] is None) != (match["protocol"] == "icmp"):
        raise LabError(f"connect: to: {to!r}: write ADDRESS:PORT/tcp, [IPV6]:PORT/udp or ADDRESS/icmp")
    return Target(
        match["six"] or match["host"], int(match["port"]) if match["port"] else None, match["protocol"]
    )


def probe_arguments(where: Target, seconds: float) -> Sequence[str]:
    port = () if where.port is None else (str(where.port),)
    return (where.protocol, where.host, *port, "--timeout", f"{seconds:g}")


def observation(done: Completed) -> Observation:
    """Read the probe's line. A probe that never spoke is a failure of its own, never a refusal."""
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            return Observation(Outcome(said["outcome"]), said["detail"], said["seconds"])
    if done.exit_code is None:
        return Observation(Outcome.TIMES_OUT, done.output, done.seconds)
    return Observation(Outcome.FAILS, f"the probe did not run: {done.output or done.ended}", done.seconds)


def _from_outside(container: str, argv: Sequence[str], stage: Stage, *, timeout: float) -> Completed:
    """Run *argv* of the seal container in the network of *container*, its resolver included.

    The resolver's file is copied, in a mount namespace of its own: mount(8) takes `/proc/PID/root` for the
    root that it is in itself.
    """
    pid = _pid(container, stage)
    copied = f"mount -t tmpfs probe /mnt && cat /proc/{pid}/root/etc/resolv.conf > /mnt/resolv.conf"
    script = f'{copied} && mount --bind /mnt/resolv.conf /etc/resolv.conf && exec nsenter -t {pid} -n "$@"'
    whole = ["unshare", "--mount", "sh", "-c", script, "probe", *argv]
    return stage.host.containers.exec(stage.topology.seal.name, whole, timeout=timeout)


def _container(place: str, stage: Stage) -> str:
    return places.locate(place, (), stage.topology)[0]


def _pid(container: str, stage: Stage) -> int:
    found = standing(stage.host.containers, stage.topology).get(container)
    if found is not None and found.running:
        return found.pid
    raise LabError(f"{container} does not run: nothing can be attempted from there")


def _wall(stage: Stage) -> int:
    table = ruleset.wall_table(stage.topology.name)
    script = nft.listing([(None, table)], nft.WALL_FAMILIES)
    done = stage.host.containers.exec(
        stage.topology.seal.name, ["sh", "-s"], timeout=WALL_SECONDS, stdin=script
    )
    tables = nft.listed(done.check().stdout)
    if not any(tables):
        raise LabError("the wall is not up, so nothing could tell a leak; `lab up` puts it back")
    return sum(map(nft.leaked, tables))
