"""The rules as text. That the kernel takes them, and what they do, is in tests/docker/test_seal.py."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.spec import chains, ruleset

ADDRESSES = [IPv4Address("10.142.18.2"), IPv4Address("10.142.18.191")]
RANGES = [IPv4Network("10.233.64.0/18"), IPv4Network("10.233.0.0/18")]


def sealed(*, refusal="reject", asks_engine=False, addresses=ADDRESSES):
    return ruleset.seal(addresses, RANGES, refusal=refusal, asks_engine=asks_engine)


def chain(rules, name):
    lines = rules.text.splitlines()
    start = lines.index(f"  chain {name} {{")
    return [line.strip() for line in lines[start + 2 : lines.index("  }", start)]]


def test_inside_is_the_labs_own_addresses_and_no_gateway():
    assert "elements = { 10.142.18.2/32, 10.142.18.191/32, 10.233.0.0/17 }" in sealed().text


@pytest.mark.parametrize("hook", ["output", "forward"])
def test_a_chain_accepts_counts_then_refuses(hook):
    rules = chain(sealed(), hook)
    kinds = [
        "accept" if rule.endswith("accept") else "count" if "add @" in rule or "counter" in rule else "refuse"
        for rule in rules
        if str(chains.ENGINE_RESOLVER) not in rule
    ]

    assert kinds == sorted(kinds, key=["accept", "count", "refuse"].index)
    assert rules[-2:] == ["meta l4proto tcp reject with tcp reset", "reject with icmpx admin-prohibited"]


@pytest.mark.parametrize("hook", ["output", "forward"])
def test_only_answers_pass_by_connection(hook):
    """`ct state established` alone would let a connection go on that was opened before the seal."""
    by_connection = [rule for rule in chain(sealed(), hook) if "ct state" in rule]

    assert by_connection == ["ct state established,related ct direction reply accept"]


def test_dockers_resolver_is_refused_before_the_loopback_is_let_through():
    output = chain(sealed(), "output")
    loopback = output.index('oifname "lo" accept')

    assert all("127.0.0.11" in rule for rule in output[:loopback])
    assert not any(rule.endswith("accept") for rule in output[:loopback])
    assert any("127.0.0.11" in rule and "reject" in rule for rule in chain(sealed(), "input"))


def test_the_site_alone_may_ask_dockers_resolver():
    assert "127.0.0.11" not in sealed(asks_engine=True).text
    assert "127.0.0.11" in sealed().text


@pytest.mark.parametrize("rules", [sealed(refusal="drop"), ruleset.wall("lab", "br", refusal="drop")])
def test_drop_says_nothing(rules):
    assert "reject" not in rules.text
    assert "drop" in rules.text


def test_the_digest_follows_the_content():
    assert sealed().digest == sealed().digest
    assert sealed().digest != sealed(refusal="drop").digest
    assert sealed().digest != sealed(addresses=ADDRESSES[:1]).digest
    assert f"counter {sealed().mark} {{ }}" in sealed().text


def test_the_order_of_addresses_does_not_matter():
    assert sealed().text == sealed(addresses=ADDRESSES[::-1]).text


def test_a_ruleset_replaces_itself_in_one_transaction():
    lines = sealed().text.splitlines()

    assert lines[:3] == [
        "table inet airgap_lab",
        "delete table inet airgap_lab",
        "table inet airgap_lab {",
    ]


def test_the_wall_lets_the_bridge_speak_within_itself_only():
    wall = ruleset.wall("lab", "lab-1234", refusal="reject")

    assert chain(wall, "forward") == [
        'iifname "lab-1234" oifname != "lab-1234" goto leaving',
        'iifname != "lab-1234" oifname "lab-1234" counter name inbound drop',
    ]
    assert chain(wall, "input")[0] == 'iifname != "lab-1234" accept'
    assert chain(wall, "input")[-1] == "reject with icmpx admin-prohibited"


def test_two_labs_have_two_tables():
    assert ruleset.wall_table("a-b") == "airgap_a_b"
    assert (
        ruleset.wall("lab", "br", refusal="reject").table != ruleset.wall("two", "br", refusal="reject").table
    )
