"""Every precondition, in the order in which it is shown. The table of contents of this room."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from lab.doctor import kernel, programs, room
from lab.doctor.check import Check
from lab.doctor.machine import Machine
from lab.doctor.subnet import subnet
from lab.spec.config import LabConfig

USUAL_SOCKET = "unix:///var/run/docker.sock"
PORT_RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
DATA_ROOT = "/var/lib/docker"
"""Where an engine that does not answer will most likely keep its images."""


def restricted(machine: Machine) -> bool:
    """Tell whether CAP_SYS_RESOURCE is out of reach, which kubelet's and containerd's settings go by."""
    return kernel.bounded(machine.read("/proc/self/status") or "")


def on_debian(machine: Machine) -> bool:
    """Tell whether apt installs here: on Debian, and on Ubuntu and others made from it."""
    release = machine.read("/etc/os-release") or ""
    return bool(re.search(r'^ID(?:_LIKE)?="?(?:.*\b)?debian\b', release, re.MULTILINE)) and machine.exists(
        "/usr/bin/apt-get"
    )


def examine(
    machine: Machine, config: LabConfig, *, cache: Path | None = None, docker_host: str | None = None
) -> tuple[Check, ...]:
    """Look at everything, change nothing. *cache* is where the lab builds, *docker_host* is DOCKER_HOST."""
    return (
        *_programs(machine, None if docker_host in {"", USUAL_SOCKET} else docker_host),
        *_kernel(machine),
        *_room(machine, cache or Path.home() / ".cache"),
        _subnet(machine, config),
        programs.go(machine.run("go", "version"), machine.run("go", "env", "GOTOOLCHAIN")),
        programs.mmdebstrap(machine.run("mmdebstrap", "--version"), debian=on_debian(machine)),
        room.python(tuple(sys.version_info[:3])),
    )


def _programs(machine: Machine, docker_host: str | None) -> tuple[Check, ...]:
    debian = on_debian(machine)
    return (
        programs.client(machine.run("docker", "--version"), debian=debian),
        programs.engine(
            machine.run("docker", "info", "--format", "{{.ServerVersion}}"),
            machine.run("dockerd", "--version"),
            host=docker_host,
            limited=restricted(machine),
            debian=debian,
        ),
        programs.buildx(machine.run("docker", "buildx", "version"), debian=debian),
        programs.kind(machine.run("kind", "version"), debian=debian),
    )


def _kernel(machine: Machine) -> tuple[Check, ...]:
    filesystems = machine.read("/proc/filesystems") or ""

    def has(name: str) -> bool:
        return name in filesystems.split() or machine.run("modprobe", "-n", "-q", name).ok

    nfs = has("nfs4") or has("nfs")
    return (
        kernel.cgroups(machine.read("/proc/self/mounts") or "", machine.read("/proc/cgroups") or ""),
        kernel.capability(limited=restricted(machine)),
        kernel.overlay(there=has("overlay")),
        kernel.nftables(there=_nftables(machine)),
        kernel.nfs(there=nfs),
        kernel.fuse(there=machine.exists("/dev/fuse"), nfs_there=nfs),
        kernel.bridged(machine.read("/proc/sys/net/bridge/bridge-nf-call-iptables")),
        kernel.sysctl(
            "IPv4 forwarding", "net.ipv4.ip_forward", machine.read("/proc/sys/net/ipv4/ip_forward"), 1
        ),
        *(
            kernel.sysctl(what, key, machine.read("/proc/sys/" + key.replace(".", "/")), least)
            for what, key, least in kernel.INOTIFY
        ),
    )


def _nftables(machine: Machine) -> bool | None:
    """Ask nft itself, then the kernel's own configuration, then its modules."""
    if machine.run("nft", "list", "tables").ok:
        return True
    configured = machine.run("zgrep", "-c", "^CONFIG_NF_TABLES=[ym]", "/proc/config.gz")
    if configured.ok or machine.run("modprobe", "-n", "-q", "nf_tables").ok:
        return True
    return False if configured.exit_code == 1 else None


def _room(machine: Machine, cache: Path) -> tuple[Check, ...]:
    said = machine.run("docker", "info", "--format", "{{.DockerRootDir}}")
    root = said.stdout.strip() if said.ok and said.stdout.strip() else DATA_ROOT
    known = ("/etc", "/var/lib/dpkg/status", "/var/lib/apt/lists", str(Path(__file__).parent))
    return (
        room.disk("engine", root, machine.free(root)),
        room.disk("cache", str(cache), machine.free(str(cache))),
        room.memory(machine.read("/proc/meminfo") or ""),
        room.ports(machine.read(PORT_RANGE) or "", machine.read("/proc/net/tcp") or ""),
        room.clock(machine.now(), machine.newest(known)),
    )


def _subnet(machine: Machine, config: LabConfig) -> Check:
    names = machine.run("docker", "network", "ls", "--quiet")
    found = names.stdout.split() if names.ok else []
    docker = machine.run("docker", "network", "inspect", *found).stdout if found else ""
    return subnet(
        config.subnet,
        docker=docker,
        addresses=machine.run("ip", "-json", "-4", "address").stdout,
        table=machine.run("ip", "-json", "-4", "route").stdout,
        lab=config.name,
    )
