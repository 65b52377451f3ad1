"""From the few choices to the whole lab: one pure function."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from lab.spec import front
from lab.spec.books import LEDGER, WEB_CONFIGURATION, WEB_LEDGER
from lab.spec.config import LabConfig
from lab.spec.exports import EXPORTS_FILE, VOLUME
from lab.spec.topology import (
    REGISTRY_PORT,
    ClusterSpec,
    ContainerSpec,
    NetworkSpec,
    NodeSpec,
    Topology,
    own_image,
)

NODE_NAMES = ("localnode-1", "localnode-2", "localnode-3")
"""The document's."""

SINKHOLE_PORT = 80
"""Every other port is redirected here; the sinkhole asks the kernel which one was meant."""
SINKHOLE_TABLE = "airgap_sinkhole"
"""In its namespace, beside the seal."""
COLLECTOR_SETTINGS = "/etc/lab/collector.json"
"""What the collector watches; it reads the file again when it changes."""
WATCHER_SETTINGS = "/etc/lab/watcher.json"
"""What the watcher seals again when it restarts."""
GATEKEEPER = f"""\
setpriv --pdeathsig KILL python3 -m lab.parts.watcher {WATCHER_SETTINGS} &
setpriv --pdeathsig KILL python3 -m lab.parts.collector {COLLECTOR_SETTINGS} &
wait -n
exit 1
"""
"""The end of either is the end of both: the container has ended then, which `lab status` says.

In the host's process namespace nothing else ends what a container's first process leaves behind; and the
engine waits for it for ever, with the container locked, since it holds the container's output open.
"""
SETTINGS = "/etc/lab/fakedns.json"
ZONES_CONF = "/etc/bind/named.conf.default-zones"
ENGINE_FOLDER = "/var/lib/docker"
"""Of the workstation's own engine. A volume: its layers are overlays, which do not stand on another."""
EXPORTS = "/opt/nfs  *(rw,async,no_root_squash,no_subtree_check)\n"
"""The document's /etc/exports."""


def plan(config: LabConfig) -> Topology:
    """Derive the whole lab from *config*. Pure: the same choices give the same lab."""
    name = config.name
    network = NetworkSpec(
        name=name,
        subnet=config.subnet,
        gateway=config.gateway,
        bridge=_bridge(name),
        record=config.model_dump_json(),
    )
    site = ContainerSpec(
        name=f"{name}-site",
        image=own_image("seal"),
        role="site",
        address=config.site,
        command=("sleep", "infinity"),
        dns=config.site,
    )
    cluster = _cluster(config)
    books = {f"{name}-ledger": LEDGER}
    return Topology(
        name=name,
        network=network,
        site=site,
        dns=_at_site(
            site,
            "dns",
            own_image("dns"),
            command=(
                "python3",
                "-m",
                "lab.parts.fakedns",
                "--settings",
                SETTINGS,
                "--ledger",
                f"{LEDGER}/names.jsonl",
            ),
            files={SETTINGS: dns_settings(config, cluster).encode()},
            volumes={f"{name}-bind": "/etc/bind", **books},
        ),
        web=_at_site(
            site,
            "web",
            "jrelva/nginx-autoindex:latest",
            files={WEB_CONFIGURATION: WEB_LEDGER.encode()},
            volumes={f"{name}-static": "/usr/share/nginx/html", **books},
        ),
        nfs=_at_site(
            site,
            "nfs",
            own_image("nfs"),
            command=("--kept",),
            files={EXPORTS_FILE: (EXPORTS if config.exports is None else config.exports).encode()},
            volumes={f"{name}-nfs": "/opt/nfs", f"{name}-exported": VOLUME},
            capabilities=("DAC_READ_SEARCH", "SYS_ADMIN"),
        ),
        registry=_at_site(
            site, "registry", own_image("registry"), volumes={f"{name}-registry": "/var/lib/registry"}
        ),
        front=_at_site(
            site,
            "front",
            own_image("front"),
            files=_front_files(config.mirrors),
            volumes={f"{name}-front": front.KEPT},
            env={"LAB_NAME": name},
        ),
        sinkhole=ContainerSpec(
            name=f"{name}-sinkhole",
            image=own_image("dns"),
            role="sinkhole",
            address=config.sinkhole,
            command=(
                "python3",
                "-m",
                "lab.parts.sinkhole",
                "--address",
                str(config.sinkhole),
                "--port",
                str(SINKHOLE_PORT),
                "--ledger",
                f"{LEDGER}/sunk.jsonl",
            ),
            volumes=books,
            dns=config.site,
        ),
        workstation=ContainerSpec(
            name=f"{name}-workstation",
            image=own_image("workstation"),
            role="workstation",
            address=config.workstation,
            dns=config.site,
            volumes={
                f"{name}-static": "/usr/local/static",
                f"{name}-bind": "/etc/bind",
                f"{name}-engine": ENGINE_FOLDER,
            },
            capabilities=("SYS_ADMIN",),
        ),
        seal=ContainerSpec(
            name=f"{name}-seal",
            image=own_image("seal"),
            role="seal",
            command=("bash", "-c", GATEKEEPER),
            volumes=books,
            privileged=True,
            host_pid=True,
            host_network=True,
        ),
        cluster=cluster,
        refusal=config.refusal,
    )


def dns_settings(config: LabConfig, cluster: ClusterSpec) -> str:
    """Return the fake DNS's settings before any node has an address: kind's own names are delegated."""
    settings = {
        "conf": ZONES_CONF,
        "hosts": {},
        "delegate": {"names": [node.container for node in cluster.nodes], "server": "127.0.0.11"},
        "mode": "deny",
        "sinkhole": str(config.sinkhole),
    }
    return json.dumps(settings, indent=1)


def _at_site(
    site: ContainerSpec,
    part: str,
    image: str,
    *,
    volumes: Mapping[str, str],
    command: tuple[str, ...] = (),
    files: Mapping[str, bytes] | None = None,
    capabilities: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
) -> ContainerSpec:
    return ContainerSpec(
        name=site.name.removesuffix("site") + part,
        image=image,
        role=part,
        shares=site.name,
        command=command,
        volumes=volumes,
        files=files or {},
        capabilities=capabilities,
        env=env or {},
    )


def _front_files(mirrors: tuple[str, ...]) -> Mapping[str, bytes]:
    names = "".join(f"{name}\n" for name in front.every_name(mirrors))
    return {
        f"{front.FOLDER}/names": names.encode(),
        f"{front.FOLDER}/nginx.conf": front.configuration(mirrors, REGISTRY_PORT).encode(),
    }


def _cluster(config: LabConfig) -> ClusterSpec:
    suffixes = ("control-plane", "worker", "worker2")  # kind's own names for its containers
    nodes = tuple(
        NodeSpec(f"{config.name}-{suffix}", node, control_plane=index == 0)
        for index, (suffix, node) in enumerate(zip(suffixes, NODE_NAMES, strict=True))
    )
    return ClusterSpec(
        name=config.name,
        nodes=nodes,
        pod_subnet=config.pod_subnet,
        service_subnet=config.service_subnet,
        node_image=config.node_image,
        mirrors=config.mirrors,
    )


def _bridge(name: str) -> str:
    """An interface name of at most 15 characters that is the lab's alone."""
    return "lab-" + hashlib.sha256(name.encode()).hexdigest()[:8]
