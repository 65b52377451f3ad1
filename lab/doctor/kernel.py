"""Checks about the kernel and the limits that this process lives under."""

from __future__ import annotations

import re

from lab.doctor.check import Check, SetSysctl, State

CAP_SYS_RESOURCE = 24
"""Its bit, from capability.h. Without it oom_score_adj cannot be lowered, which kubelet and containerd do."""
INOTIFY = (
    ("inotify instances", "fs.inotify.max_user_instances", 512),
    ("inotify watches", "fs.inotify.max_user_watches", 524288),
)
"""What kind's known issues ask for: kubelet, containerd and many pods watch files of one user."""


def bounded(status: str) -> bool:
    """Tell from /proc/self/status whether CAP_SYS_RESOURCE is out of reach for everything started here."""
    found = re.search(r"^CapBnd:\s*([0-9a-fA-F]+)\s*$", status, re.MULTILINE)
    return found is not None and not int(found.group(1), 16) >> CAP_SYS_RESOURCE & 1


def capability(*, limited: bool) -> Check:
    needed = "CAP_SYS_RESOURCE"
    if not limited:
        return Check("capabilities", "complete", needed, State.OK)
    mend = "none needed: the lab configures kubelet and containerd for it"
    return Check("capabilities", "no CAP_SYS_RESOURCE", needed, State.WARN, mend)


def cgroups(mounts: str, controllers: str) -> Check:
    """Judge /proc/self/mounts and /proc/cgroups: version 2, or 1 with what kubelet counts by."""
    what, needed = "cgroups", "version 2, or 1 complete"
    kinds = {line.split()[2] for line in mounts.splitlines() if len(line.split()) > 3}
    unified = any(line.split()[1:3] == ["/sys/fs/cgroup", "cgroup2"] for line in mounts.splitlines())
    if unified:
        return Check(what, "version 2", needed, State.OK)
    if "cgroup" not in kinds:
        mend = "mount them: apt-get install cgroupfs-mount, then cgroupfs-mount"
        return Check(what, "not mounted", needed, State.MISSING, mend)
    enabled = {
        line.split()[0]
        for line in controllers.splitlines()
        if len(line.split()) == 4 and line.split()[3] == "1"
    }
    lacking = sorted({"cpu", "cpuset", "memory", "pids"} - enabled)
    if lacking:
        return Check(
            what,
            f"version 1 without {', '.join(lacking)}",
            needed,
            State.MISSING,
            "enable them in the kernel",
        )
    return Check(what, "version 1", needed, State.OK)


def filesystem(name: str, filesystems: str, *, module: bool) -> bool:
    """Tell from /proc/filesystems whether the kernel has *name*; *module* whether it could be loaded."""
    return module or name in filesystems.split()


def nfs(*, there: bool) -> Check:
    what, needed = "NFS client (kernel)", "for pulled node images"
    if there:
        return Check(what, "there", needed, State.OK)
    mend = "none needed with the composed node image: it carries a helper that works through FUSE"
    return Check(what, "not there", needed, State.WARN, mend)


def fuse(*, there: bool, nfs_there: bool) -> Check:
    what, needed = "/dev/fuse", "without an NFS client"
    if there:
        return Check(what, "there", needed, State.OK)
    return Check(what, "not there", needed, State.WARN if nfs_there else State.MISSING, "modprobe fuse")


def overlay(*, there: bool) -> Check:
    if there:
        return Check("overlayfs", "there", "there", State.OK)
    return Check("overlayfs", "not there", "there", State.MISSING, "modprobe overlay")


def nftables(*, there: bool | None) -> Check:
    """*there* None: it could not be found out, for which only the attempt gives an answer."""
    what, needed = "nf_tables (kernel)", "there"
    match there:
        case True:
            return Check(what, "there", needed, State.OK)
        case None:
            return Check(
                what, "cannot be told from here", needed, State.WARN, "`modprobe nf_tables`, or see `lab up`"
            )
        case False:
            return Check(what, "not there", needed, State.MISSING, "modprobe nf_tables")


def sysctl(what: str, key: str, text: str | None, least: int) -> Check:
    """Judge one number of /proc/sys. Below it a lab may still come up, with less room for pods."""
    found = text.strip() if text and text.strip().isdecimal() else None
    if found is not None and int(found) >= least:
        return Check(what, found, f">= {least}", State.OK)
    mend = f"`lab doctor --fix`, or sysctl -w {key}={least}"
    return Check(what, found or "not readable", f">= {least}", State.WARN, mend, SetSysctl(key, least))


def bridged(text: str | None) -> Check:
    """Judge net.bridge.bridge-nf-call-iptables, which is only there with br_netfilter."""
    what, needed = "br_netfilter", "loaded"
    if text is not None:
        return Check(what, "loaded", needed, State.OK)
    return Check(
        what, "not loaded", needed, State.WARN, "modprobe br_netfilter; an engine that runs does it by itself"
    )
