from __future__ import annotations

import json

from lab.spec import links


def link(number, name, *, peer=None, kind="veth", master=None):
    told = {"ifindex": number, "ifname": name, "linkinfo": {"info_kind": kind}}
    return told | ({"link_index": peer} if peer else {}) | ({"master": master} if master else {})


HOST = [
    {"ifindex": 1, "ifname": "lo"},
    {"ifindex": 2, "ifname": "eth0"},
    link(3, "lab-1", kind="bridge"),
    link(11, "vetha", peer=2, master="lab-1"),
    link(12, "vethb", peer=2, master="lab-1"),
    link(13, "vethc", peer=3, master="br-other"),
]


def test_both_ends_must_agree():
    """A node's link to a pod has the number, in the pod, that some link of the host may have as well."""
    node = [link(2, "eth0", peer=11), link(4, "vethpod", peer=12)]

    found = links.compared(HOST, {"node": node}, "lab-1")

    assert (found.ports, found.held, found.outer) == ({"vetha": "node"}, {}, {"node": "eth0"})


def test_what_is_on_another_bridge_is_held():
    found = links.compared(HOST, {"desk": [link(2, "eth0", peer=12), link(3, "eth1", peer=13)]}, "lab-1")

    assert found.ports == {"vethb": "desk"}
    assert found.held == {"vethc": "desk"}


def test_the_labs_link_may_have_any_name_and_come_second():
    """The engine names links by the order of its networks."""
    found = links.compared(HOST, {"desk": [link(3, "eth0", peer=13), link(2, "eth1", peer=12)]}, "lab-1")

    assert found.outer == {"desk": "eth1"}


def test_a_link_without_an_end_on_the_host_is_said():
    found = links.compared(HOST, {"desk": [link(9, "eth2", peer=2, kind="macvlan")]}, "lab-1")

    assert found.loose == ("desk: eth2 (macvlan)",)


def test_every_namespace_is_one_line():
    script = links.listing([7, 8])

    assert [line.count("nsenter") for line in script.splitlines()] == [0, 1, 1]
    assert links.listed(json.dumps(HOST) + "\n[]\n") == [HOST, []]


def test_only_what_runs_and_has_a_link_gets_a_way_by_ipv6():
    script = links.leading([(7, "eth1"), (None, "eth0"), (8, None)])

    assert script.count("nsenter") == 1
    assert "nsenter -t 7 -n sh -ec" in script
    assert script.endswith("sh eth1\n")
