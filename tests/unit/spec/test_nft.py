from __future__ import annotations

import json
from ipaddress import IPv4Address

from lab.spec import nft, ruleset

RULES = ruleset.seal([IPv4Address("10.142.18.2")], [], refusal="reject", asks_engine=False)


def table(*, mark=RULES.mark, rules=RULES.rules, refused=0):
    counters = {mark: 0, "refused_output": refused, "refused_forward": 1 if refused else 0, "inbound": 9}
    return [
        {"metainfo": {}},
        {"table": {"name": "airgap_lab"}},
        *({"counter": {"name": name, "packets": packets}} for name, packets in counters.items()),
        *({"rule": {"chain": "output"}} for _ in range(rules)),
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


def test_only_refusals_count():
    assert nft.refused(table()) == 0
    assert nft.refused(table(refused=4)) == 5
