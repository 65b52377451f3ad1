"""From a place's name to a command that runs there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lab.errors import ContainerFailed, LabError
from lab.host.shell import Completed
from lab.spec.topology import ContainerSpec, Topology
from lab.steps.stage import Stage

HOME = ("env", "-C", "/root", "HOME=/root")
"""As at a login's prompt, whatever the engine took for its `exec`."""


def run_at(
    place: str, argv: Sequence[str], stage: Stage, *, timeout: float, stdin: str | None = None
) -> Completed:
    """Run *argv* at *place*; *timeout* in seconds. Raises LabError where the place is not there."""
    container, whole = locate(place, argv, stage.topology)
    done = stage.host.containers.exec(container, whole, timeout=timeout, stdin=stdin)
    if place.startswith("pod/"):
        done = _from_inside(place, done)
    return replace(done, argv=tuple(argv))


def locate(place: str, argv: Sequence[str], topology: Topology) -> tuple[str, tuple[str, ...]]:
    """Return the container in which *argv*, as extended, has the effect of running at *place*. Pure."""
    kind, _, rest = place.partition("/")
    match kind:
        case "workstation":
            return topology.workstation.name, (*HOME, *argv)
        case "site":
            return _at_site(rest, topology).name, (*HOME, *argv)
        case "node":
            return node(rest, topology), (*HOME, *argv)
        case "pod":
            namespace, _, name = rest.rpartition("/")
            inside = ("kubectl", "exec", "-n", namespace or "default", name, "--", *argv)
            return topology.workstation.name, (*HOME, *inside)
        case _:
            raise AssertionError(f"no place is called {place!r}; the models let none through")


_ENDED = re.compile(r"^command terminated with exit code \d+\n?", re.MULTILINE)
"""kubectl's word that the command did run in the pod, and ended badly."""


def _from_inside(place: str, done: Completed) -> Completed:
    """Tell the command's failure from kubectl's: a pod that is not there is no answer from it."""
    if done.exit_code not in {0, None} and not _ENDED.search(done.stderr):
        raise ContainerFailed(f"{place}: nothing can be run there: {done.output or done.ended}")
    return replace(done, stderr=_ENDED.sub("", done.stderr))


def _at_site(server: str, topology: Topology) -> ContainerSpec:
    """Return the container of one of the document's servers; all of them share the site's network."""
    servers = (topology.dns, topology.web, topology.nfs, topology.registry)
    return {one.role: one for one in servers}[server] if server else topology.site


def node(name: str, topology: Topology) -> str:
    """Return the container of the node called *name*. Raises LabError."""
    for one in topology.cluster.nodes:
        if name in {one.name, one.container}:
            return one.container
    names = ", ".join(one.name for one in topology.cluster.nodes)
    raise LabError(f"node/{name}: this lab has no such node; its nodes: {names}")


def shell_argv(place: str, command: str) -> tuple[str, ...]:
    """Return the argv that runs a typed line: by bash, or in a pod by its sh, which every image has."""
    return ("sh" if place.startswith("pod/") else "bash", "-c", command)
