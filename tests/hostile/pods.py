"""Pods that run one text and end, and who gets which address: kubelet and host-local as they are."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile.places import IMAGE, Ground, call

LABEL = "complete"
LAST = "/run/cni-ipam-state/lab/last_reserved_ip.0"
"""Where host-local keeps the address that it gave last; the next one is the one after (plugins/ipam/host-local)."""


def pod(name: str, node: str, text: str, *, host: bool = False, image: str = IMAGE) -> dict[str, object]:
    container = {
        "name": "attempts",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["bash", "-c", text],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": LABEL}},
        "spec": {
            "nodeName": node,
            "hostNetwork": host,
            "restartPolicy": "Never",
            "enableServiceLinks": False,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }


def reservations(lab: Ground) -> dict[str, str]:
    return {node: call("docker", "exec", node, "cat", LAST).stdout.strip() for node in lab.nodes().values()}


def reserve(marks: Mapping[str, str]) -> None:
    """Have the next pods get the addresses after *marks* again."""
    for node, mark in marks.items():
        if mark:
            call("docker", "exec", "-i", node, "bash", "-c", f"printf %s '{mark}' >{LAST}")
