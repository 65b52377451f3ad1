"""What the engine tells of a container, read into our own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address
from typing import Any

from lab.host.containers import Seen, Usage
from lab.spec.topology import KIND_LABEL, LABEL


def as_seen(found: Mapping[str, Any]) -> Seen:
    networks = {
        name: _address(one["IPAddress"]) for name, one in found["NetworkSettings"]["Networks"].items()
    }
    fixed = {
        name: address
        for name, one in found["NetworkSettings"]["Networks"].items()
        if (address := _address((one["IPAMConfig"] or {}).get("IPv4Address"))) is not None
    }
    state = found["State"]
    labels = found["Config"]["Labels"] or {}
    return Seen(
        name=found["Name"].lstrip("/"),
        running=bool(state["Running"]),
        state=state["Status"] + (f", exit code {state['ExitCode']}" if not state["Running"] else ""),
        pid=int(state["Pid"]),
        address=networks.get(_home(labels)),
        labels=labels,
        made=datetime.fromisoformat(found["Created"]),
        id=found["Id"],
        networks=networks,
        fixed=fixed,
    )


def _home(labels: Mapping[str, str]) -> str:
    """Return the name of the lab's network, which is called like the lab, and so is its cluster."""
    return labels.get(LABEL) or labels.get(KIND_LABEL, "")


def _address(told: str | None) -> IPv4Address | None:
    return IPv4Address(told) if told else None


def as_usage(told: Mapping[str, Any]) -> Usage | None:
    """Read the engine's figures, of cgroup v1 or v2. It tells of one that has ended with nothing in them."""
    memory = told["memory_stats"]
    if "usage" not in memory:
        return None
    details = memory.get("stats", {})
    idle = details.get("total_inactive_file", details.get("inactive_file", 0))
    return Usage(told["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, max(memory["usage"] - idle, 0))


def namespace(sharer: Mapping[str, Any] | None) -> str:
    """Name a container's network namespace: a restart gives it another one, under the same id."""
    return f"{sharer['Id'][:12]}@{sharer['State']['StartedAt']}" if sharer else ""
