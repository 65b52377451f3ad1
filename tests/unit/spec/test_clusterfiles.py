"""What kind and Kubernetes are told, and what their answers mean."""

from __future__ import annotations

import json
import tomllib
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import yaml

from lab.spec import clusterfiles
from lab.spec.config import LabConfig
from lab.spec.plan import plan

DATA = Path(__file__).parents[2] / "data" / "cluster"
CLUSTER = plan(LabConfig()).cluster


def unfolded(text):
    """Read kind's file, and the patches that are text in it."""
    whole = yaml.safe_load(text)
    whole["kubeadmConfigPatches"] = [yaml.safe_load(one) for one in whole["kubeadmConfigPatches"]]
    for node in whole["nodes"]:
        node["kubeadmConfigPatches"] = [yaml.safe_load(one) for one in node["kubeadmConfigPatches"]]
    if "containerdConfigPatches" in whole:
        whole["containerdConfigPatches"] = [tomllib.loads(one) for one in whole["containerdConfigPatches"]]
    return whole


@pytest.mark.parametrize(("restricted", "file"), [(True, "kind-restricted"), (False, "kind-unrestricted")])
def test_kind_is_told_this(restricted, file):
    text = clusterfiles.kind_configuration(
        CLUSTER, image="registry.test/node:v1", resolver=Path("/state/resolv.conf"), restricted=restricted
    )

    assert unfolded(text) == yaml.safe_load((DATA / f"{file}.yaml").read_text())


def test_a_pod_has_its_own_address_everywhere():
    written = json.loads(clusterfiles.conflist("10.233.65.0/24"))
    ptp, portmap, link = written["plugins"]

    assert (ptp["type"], ptp["ipMasq"], ptp["ipam"]["ranges"]) == (
        "ptp",
        False,
        [[{"subnet": "10.233.65.0/24"}]],
    )
    assert portmap == {"type": "portmap", "capabilities": {"portMappings": True}}
    assert link == {"type": "lab-link"}


def test_coredns_asks_the_site_says_for_whom_and_remembers_nothing():
    written = json.loads(clusterfiles.coredns_settings(IPv4Address("10.142.18.191")))
    corefile = written["data"]["Corefile"]

    assert written["metadata"] == {"name": "coredns", "namespace": "kube-system"}
    assert "forward . 10.142.18.191 {" in corefile
    assert "rewrite edns0 local set 0xffee {client_ip}" in corefile
    assert "kubernetes cluster.local in-addr.arpa ip6.arpa {" in corefile
    assert "cache" not in corefile
    assert corefile.count("{") == corefile.count("}")


def node(name, *, ready="True", message="", pod_range="10.233.64.0/24", conditions=None):
    if conditions is None:
        conditions = [
            {"type": "DiskPressure", "status": "False", "message": "enough"},
            {"type": "Ready", "status": ready, "message": message},
        ]
    return {
        "metadata": {"name": name},
        "spec": {"podCIDR": pod_range} if pod_range else {},
        "status": {"conditions": conditions},
    }


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([node("a"), node("b")], None),
        ([node("b"), node("a"), node("stranger", ready="False")], None),
        ([node("a")], "b has not joined"),
        ([], "a has not joined"),
        ([node("a"), node("b", ready="False", message="no CNI")], "b is not Ready: no CNI"),
        ([node("a"), node("b", ready="Unknown", message="silent")], "b is not Ready: silent"),
        ([node("a"), node("b", conditions=[])], "b is not Ready: no condition yet"),
    ],
)
def test_a_node_that_is_not_ready_is_named_with_kubernetes_reason(items, said):
    assert clusterfiles.unready({"items": items}, ["a", "b"]) == said


def test_pod_ranges_are_those_that_are_given_out():
    listed = {"items": [node("a", pod_range="10.233.64.0/24"), node("b", pod_range=None)]}

    assert clusterfiles.pod_ranges(listed) == {"a": "10.233.64.0/24"}
    assert clusterfiles.names(listed) == {"a", "b"}
