"""Reading, from a standing lab and the engine, what `lab status --fidelity` compares."""

from __future__ import annotations

import json
from typing import Any

from lab.builds import bake, store
from lab.host.kubectl import NoAnswer, kubectl, nodes
from lab.host.lab import Lab
from lab.report.fidelity import Facts, node_facts, stand_ins

DEFINITIONS = "/apis/apiextensions.k8s.io"
NFS_CLIENT = """\
helper=$(command -v mount.nfs) || { echo none; exit; }
if grep -q libfuse "$helper"; then echo fuse; else echo kernel; fi
"""
SECONDS = 30


def read(lab: Lab) -> Facts:
    """Ask the lab. Raises LabError where it does not answer."""
    containers, control_plane = lab.host.containers, lab.topology.cluster.control_plane.container
    kubernetes, systems, runtimes = node_facts(nodes(containers, control_plane))
    group = kubectl(containers, control_plane, "get", "--raw", DEFINITIONS)
    if isinstance(group, str):
        raise NoAnswer(f"the API server does not answer: {group}")
    client = containers.exec(control_plane, ["bash", "-c", NFS_CLIENT], timeout=SECONDS).check()
    return Facts(
        kubernetes=kubernetes,
        systems=systems,
        runtimes=runtimes,
        definition_versions=tuple(one["version"] for one in group["versions"]),
        nfs_client=client.stdout.strip(),
        stand_ins=stand_ins(_images(lab), _loaded(lab)),
        site=lab.config.site,
        pods=lab.config.pod_subnet,
        services=lab.config.service_subnet,
        own_files=lab.config.static is not None,
    )


def _images(lab: Lab) -> list[dict[str, Any]]:
    """Return the engine's inspection of every stand-in."""
    names = bake.stand_ins(lab.host.shell)
    if not names:
        return []
    inspected = lab.host.shell.run(["docker", "image", "inspect", *names], timeout=SECONDS).check()
    return list(json.loads(inspected.stdout))


def _loaded(lab: Lab) -> list[str]:
    """Return the names under which a user's archive stands, as the engine would write them."""
    rows = store.listing(lab.cache)
    return [row.reference.removeprefix("docker.io/").removeprefix("library/") for row in rows if row.loaded]
