"""What kind and Kubernetes are told, and what they say back: pure functions of data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import yaml

from lab.spec.podlink import PLUGIN
from lab.spec.topology import ClusterSpec

NODE_RESOLVER = "/kind/resolv.conf"

RESTRICTED_CONTAINERD = """\
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
"""

COREFILE = """\
.:53 {{
    errors
    health {{
       lameduck 5s
    }}
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }}
    prometheus :9153
    rewrite edns0 local set 0xffee {{client_ip}}
    forward . {site} {{
       max_concurrent 1000
    }}
    reload 2s
    loadbalance
}}
"""
"""kubeadm's own, but: every outside name is asked of the site, with the asking pod's address in EDNS option
0xffee, and no answer is cached, since a cache would hide the second pod that asks."""


def kind_configuration(cluster: ClusterSpec, *, image: str, resolver: Path, restricted: bool) -> str:
    """Return kind's configuration file. kind 0.27 documents every key used here."""
    kubelet: dict[str, Any] = {
        "kind": "KubeletConfiguration",
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "resolvConf": NODE_RESOLVER,
        "failCgroupV1": False,
    }
    if restricted:
        kubelet["featureGates"] = {"KubeletInUserNamespace": True}
    nodes = []
    for node in cluster.nodes:
        patch = {
            "kind": "InitConfiguration" if node.control_plane else "JoinConfiguration",
            "nodeRegistration": {"name": node.name},
        }
        nodes.append(
            {
                "role": "control-plane" if node.control_plane else "worker",
                "image": image,
                "extraMounts": [
                    {"hostPath": str(resolver), "containerPath": NODE_RESOLVER, "readOnly": True}
                ],
                "kubeadmConfigPatches": [yaml.safe_dump(patch)],
            }
        )
    whole: dict[str, Any] = {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "networking": {
            "disableDefaultCNI": True,
            "kubeProxyMode": "nftables",
            "podSubnet": str(cluster.pod_subnet),
            "serviceSubnet": str(cluster.service_subnet),
        },
        "kubeadmConfigPatches": [yaml.safe_dump(kubelet)],
        "nodes": nodes,
    }
    if restricted:
        whole["containerdConfigPatches"] = [RESTRICTED_CONTAINERD]
    return yaml.safe_dump(whole, sort_keys=False)


def conflist(pod_range: str) -> str:
    """Return a node's CNI configuration: ptp with the node's *pod_range*, no masquerade, the lab's plugin."""
    ptp = {
        "type": "ptp",
        "ipMasq": False,
        "mtu": 1500,
        "ipam": {
            "type": "host-local",
            "dataDir": "/run/cni-ipam-state",
            "routes": [{"dst": "0.0.0.0/0"}],
            "ranges": [[{"subnet": pod_range}]],
        },
    }
    portmap = {"type": "portmap", "capabilities": {"portMappings": True}}
    return json.dumps(
        {"cniVersion": "0.4.0", "name": "lab", "plugins": [ptp, portmap, {"type": PLUGIN}]}, indent=1
    )


def coredns_settings(site: IPv4Address) -> str:
    """Return the ConfigMap that CoreDNS reads."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "coredns", "namespace": "kube-system"},
            "data": {"Corefile": COREFILE.format(site=site)},
        }
    )


def corefile(settings: Mapping[str, Any]) -> str | None:
    """Read CoreDNS's file from its ConfigMap."""
    return (settings.get("data") or {}).get("Corefile")


def pod_ranges(nodes: Mapping[str, Any]) -> dict[str, str]:
    """Read each node's pod range from `kubectl get nodes -o json`."""
    return {
        item["metadata"]["name"]: item["spec"]["podCIDR"]
        for item in nodes.get("items", ())
        if item["spec"].get("podCIDR")
    }


def names(nodes: Mapping[str, Any]) -> frozenset[str]:
    """Read the nodes' names from `kubectl get nodes -o json`."""
    return frozenset(item["metadata"]["name"] for item in nodes["items"])


def unready(nodes: Mapping[str, Any], names: Sequence[str]) -> str | None:
    """Say which of *names* is not Ready, and the reason that Kubernetes gives; None when all are."""
    found = {item["metadata"]["name"]: item for item in nodes["items"]}
    for name in names:
        if name not in found:
            return f"{name} has not joined"
        ready = [one for one in found[name]["status"]["conditions"] if one["type"] == "Ready"]
        if not ready or ready[0]["status"] != "True":
            return f"{name} is not Ready: {ready[0]['message'] if ready else 'no condition yet'}"
    return None
