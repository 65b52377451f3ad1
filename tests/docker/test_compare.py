"""What stands, compared with what should stand, by the real nft: each change of a rule set is noticed."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.host.engine import DockerContainers
from lab.spec import compare, nft, ruleset
from lab.spec.topology import ContainerSpec, NetworkSpec, own_image

pytestmark = pytest.mark.docker

NAME = f"t-{os.getpid()}-nft"
LABELS = {"airgap-lab.name": NAME}
NETWORK = NetworkSpec(NAME, IPv4Network("10.142.77.0/24"), IPv4Address("10.142.77.1"), f"lab-{NAME}"[:15])
RULES = ruleset.seal(
    [IPv4Address("10.142.77.2"), IPv4Address("10.142.77.3")],
    [IPv4Network("10.233.0.0/18")],
    refusal="reject",
    asks_engine=False,
)
TABLE = f"inet {RULES.table}"
CHANGES = {
    f"delete table {TABLE}": "not sealed",
    f"add element {TABLE} inside {{ 198.51.100.7 }}": "elements of inside: 198.51.100.7 is not the lab's",
    f"delete element {TABLE} inside {{ 10.142.77.2/31 }}": "elements of inside: ",
    f"flush set {TABLE} inside": "elements of inside: gone",
    f"insert rule {TABLE} output accept": 'rules of chain output: [{"accept": null}] is not the lab\'s',
    f"add rule {TABLE} forward ip daddr 198.51.100.7 accept": "rules of chain forward: ",
    f"flush chain {TABLE} output": "rules of chain output: gone",
    f"flush chain {TABLE} input; add rule {TABLE} input accept": "rules of chain input: ",
    f"add chain {TABLE} output {{ policy drop ; }}": "chain output: policy drop is not the lab's",
    f"add chain {TABLE} evil {{ type filter hook output priority -1 ; }}": "chain evil: added",
    f"add set {TABLE} more {{ type ipv4_addr ; }}": "set more: added",
    f"add counter {TABLE} more": "counter more: added",
    f"add table {TABLE} {{ flags dormant ; }}": f"table {RULES.table}: flags",
    "add table ip evil; add chain ip evil x { type filter hook output priority -5 ; }": (
        "table ip evil hooks in at output, priority -5"
    ),
    "add table netdev evil; add chain netdev evil x { type filter hook egress device eth0 priority 5 ; }": (
        "table netdev evil hooks in at egress"
    ),
}
HARMLESS = (
    f"add element {TABLE} output_4_ports {{ eth0 . 192.0.2.1 . 192.0.2.2 . tcp . 5 }}",
    f"reset counters table {TABLE}",
    "add table ip nat; add chain ip nat OUTPUT { type nat hook output priority -100 ; }",
    "add table ip mine; add chain ip mine unhooked",
)


@pytest.fixture(scope="module")
def run():
    engine = DockerContainers()
    spec = ContainerSpec(NAME, own_image("seal"), "seal", command=("sleep", "infinity"), privileged=True)
    engine.ensure_network(NETWORK, LABELS)
    engine.ensure(spec, NETWORK, LABELS)
    yield lambda script: engine.exec(NAME, ["sh", "-s"], timeout=20, stdin=script).check().stdout
    engine.sweep(LABELS)
    engine.client.close()


@pytest.fixture
def said(run):
    """Put the rules in place, change something, and return what is said of it."""

    def ask(change: str) -> str | None:
        run("nft flush ruleset; " + nft.loading([(None, RULES)]))
        run(f"nft '{change}'")
        (one,) = compare.compared(run(compare.comparing([(None, RULES)])))
        return compare.missing(one, RULES) or compare.foreign(one, [RULES.table])

    return ask


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed_and_named(said, change: str) -> None:
    assert CHANGES[change] in (said(change) or "")


def test_a_table_of_somebody_elses_is_taken_away_and_the_known_ones_stay(run, said) -> None:
    """`lab up` does it in the namespaces of the lab."""
    evil = "add table ip evil; add chain ip evil x { type filter hook output priority -5 ; }"
    docker = "add table ip nat; add chain ip nat OUTPUT { type nat hook output priority -100 ; }"
    assert "table ip evil" in (said(f"{evil}; {docker}") or "")
    (one,) = compare.compared(run(compare.comparing([(None, RULES)])))

    run(compare.clearing([(None, compare.others(one, [RULES.table]))]))
    run(compare.clearing([(None, ["ip gone"])]))

    assert sorted(run("nft list tables").split("\n")) == ["", "table inet airgap_lab", "table ip nat"]


@pytest.mark.parametrize("change", HARMLESS)
def test_what_moves_by_itself_is_no_change(said, change: str) -> None:
    assert said(change) is None
