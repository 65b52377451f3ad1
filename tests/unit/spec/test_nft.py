from __future__ import annotations

import json
from ipaddress import IPv4Address

from lab.spec import nft, ruleset

RULES = ruleset.seal([IPv4Address("10.142.18.2")], [], refusal="reject", asks_engine=False)


def table():
    counters = {RULES.mark: 0, "refused_output": 0, "inbound": 9}
    return [
        {"metainfo": {}},
        {"table": {"name": "airgap_lab"}},
        *({"counter": {"name": name, "packets": packets}} for name, packets in counters.items()),
        *({"rule": {"chain": "output"}} for _ in range(RULES.rules)),
    ]


def test_each_place_is_loaded_in_its_own_namespace():
    script = nft.loading([(None, RULES), (77, RULES)])

    assert script.splitlines()[:2] == ["set -e", "nft -f - <<'RULES'"]
    assert "\nnsenter -t 77 -n nft -f - <<'RULES'\ntable inet airgap_lab\n" in script


def test_taking_away_what_is_not_there_is_no_error():
    assert "table inet x\ndelete table inet x\n" in nft.removing([(5, "x")])


def test_what_is_listed_comes_back_in_order():
    lines = json.dumps({"nftables": table()}) + "\n{}\n"

    assert nft.listed(lines) == [table(), []]


def test_only_what_left_its_namespace_counts():
    left = [
        {"counter": {"name": "refused_forward", "packets": 4}},
        {"counter": {"name": "inbound", "packets": 9}},
    ]
    strayed = [
        {"counter": {"name": "refused_stray", "packets": 3}},
        {"counter": {"name": "refused_spoofed", "packets": 2}},
    ]

    assert (nft.leaked(left), nft.leaked(strayed)) == (4, 0)
