"""The bridge's tables as text. That the kernel takes them, and what they do, is in tests/docker/test_wall.py."""

from __future__ import annotations

from ipaddress import IPv4Network

from lab.spec import bridge, nft

OWN = IPv4Network("10.142.18.2/32")
PODS = IPv4Network("10.233.65.0/24")
RANGES = [IPv4Network("10.233.0.0/18"), IPv4Network("10.233.64.0/18")]


def test_sources_are_checked_before_the_mark_is_given():
    lines = [line.strip() for line in bridge.ports("lab", RANGES[0]).lines]
    mark = lines.index(f"meta mark set {bridge.CHECKED}")

    assert lines[mark - 5 : mark] == [
        "meta protocol != { ip, ip6, arp } goto forged",
        "iifname . ip saddr != @sources goto forged",
        "arp saddr ip != 0.0.0.0 iifname . arp saddr ip != @sources goto forged",
        "ip6 saddr != { ::, fe80::/10 } goto forged",
        "ip saddr 10.233.0.0/18 ip daddr != @inside goto forged",
    ]


def test_what_has_no_mark_is_dropped_before_anything_is_answered():
    rules = bridge.gate("lab", "lab-1234", RANGES, RANGES[1], refusal="reject")
    lines = [line.strip() for line in rules.lines]
    ingress = lines[lines.index("chain ingress {") :]

    assert ingress.index(f"meta mark != {bridge.CHECKED} goto closed") < ingress.index("meta mark set 0")
    assert not any(
        "reject" in line for line in lines[lines.index("chain closed {") : lines.index("chain lost {")]
    )
    assert rules.family == "netdev"
    assert 'device "lab-1234"' in rules.text


def test_a_silent_lab_says_nothing_at_the_bridge_either():
    rules = bridge.gate("lab", "lab-1234", RANGES, RANGES[1], refusal="drop")

    assert "reject" not in rules.text


def test_the_open_sets_are_filled_anew_in_one_go():
    wanted = bridge.elements({"veth1": [OWN, PODS], "veth2": [OWN]}, ["veth9"], [OWN, *RANGES])
    sources = ["veth1 . 10.142.18.2", "veth1 . 10.233.65.0/24", "veth2 . 10.142.18.2"]
    text = bridge.filling("a-b", wanted)

    assert text.splitlines() == [
        "flush set bridge airgap_a_b ports",
        "flush set bridge airgap_a_b sources",
        "flush set bridge airgap_a_b held",
        "flush set bridge airgap_a_b inside",
        "add element bridge airgap_a_b ports { veth1, veth2 }",
        f"add element bridge airgap_a_b sources {{ {', '.join(sources)} }}",
        "add element bridge airgap_a_b held { veth9 }",
        "add element bridge airgap_a_b inside { 10.142.18.2, 10.233.0.0/17 }",
    ]


def test_an_empty_set_is_emptied_and_not_filled():
    assert "add element" not in bridge.filling("lab", bridge.elements({}, [], []))


def test_what_the_kernel_tells_of_the_sets_is_what_they_were_filled_with():
    told = (
        '{"nftables": [{"metainfo": {}}, {"set": {"name": "sources", "elem": [{"concat": ["veth1", "10.142.18.2"]}, '
        '{"concat": ["veth1", {"prefix": {"addr": "10.233.65.0", "len": 24}}]}]}}]}\n'
        '{"nftables": [{"set": {"name": "ports", "elem": ["veth1"]}}]}\n'
        '{"nftables": [{"set": {"name": "held"}}]}\n{}\n'
    )
    found = nft.elements(told)
    wanted = bridge.elements({"veth1": [OWN, PODS]}, [], [])

    assert found == {name: wanted[name] for name in ("sources", "ports", "held")}


def test_a_template_opens_one_port():
    text = bridge.opening("lab", [OWN, PODS]).replace("{port}", "veth7")

    assert text.splitlines() == [
        "add element bridge airgap_lab ports { veth7 }",
        "add element bridge airgap_lab sources { veth7 . 10.142.18.2, veth7 . 10.233.65.0/24 }",
    ]


def test_a_count_of_leaks_has_neither_spoofed_nor_stray():
    table = [
        {"counter": {"name": f"refused_{hook}", "packets": packets}}
        for hook, packets in (("forward", 1), ("input", 2), ("unsealed", 4), ("spoofed", 8), ("stray", 16))
    ]

    assert nft.leaked(table) == 7
