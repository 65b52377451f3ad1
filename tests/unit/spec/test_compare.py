"""Listings as nft prints them; `tests/docker/test_compare.py` holds them to the real one."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from lab.spec import compare
from lab.spec.ruleset import Ruleset

RULES = Ruleset("x", ("  set inside { type ipv4_addr; elements = { 10.0.0.1 } }", "  chain output {", "  }"))
ACCEPT = {"accept": None}
LISTED = [
    {"metainfo": {"version": "1.0.6"}},
    {"table": {"family": "inet", "name": "x", "handle": 7}},
    {"counter": {"family": "inet", "name": RULES.mark, "table": "x", "handle": 1, "packets": 0, "bytes": 0}},
    {"set": {"family": "inet", "name": "inside", "table": "x", "type": "ipv4_addr", "elem": ["10.0.0.1"]}},
    {"chain": {"family": "inet", "table": "x", "name": "output", "hook": "output", "prio": 0}},
    {"rule": {"table": "x", "chain": "output", "handle": 4, "expr": [{"counter": {"packets": 1}}, ACCEPT]}},
    {"rule": {"table": "x", "chain": "output", "handle": 5, "expr": [{"drop": None}]}},
]


def said(change=lambda table: None):
    stands = deepcopy(LISTED)
    change(stands)
    return compare.missing(compare.Compared(stands, LISTED, []), RULES)


def moved(table):
    table[1]["table"]["handle"] = 99
    table[2]["counter"]["packets"] = 12
    table[5]["rule"]["expr"][0]["counter"]["packets"] = 12


def test_counts_and_handles_are_no_change():
    assert said() is None
    assert said(moved) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.clear(), "not sealed"),
        (lambda table: table.pop(2), "another ruleset"),
        (lambda table: table.pop(), 'rules of chain output: [{"drop": null}] is gone'),
        (lambda table: table.insert(5, table.pop()), "rules of chain output: in another order"),
        (lambda table: table[3]["set"]["elem"].append("10.0.0.2"), "elements of inside: 10.0.0.2 is not the"),
        (lambda table: table[4]["chain"].update(prio=5), "chain output: prio 5 is not the lab's"),
        (lambda table: table[1]["table"].update(flags="dormant"), "table x: flags dormant is not the lab's"),
    ],
)
def test_a_change_is_named(change, words):
    assert words in str(said(change))


def hook(family, table):
    return {"chain": {"family": family, "table": table, "name": "c", "hook": "output", "prio": -5}}


def test_a_hook_of_somebody_elses_is_named_and_its_table_taken_away():
    hooks = [hook("inet", "x"), hook("ip", "nat"), {"chain": {"family": "ip", "table": "mine", "name": "c"}}]
    ours, evil = compare.Compared([], [], hooks), compare.Compared([], [], [*hooks, hook("ip", "evil")])

    assert (compare.foreign(ours, ["x"]), compare.others(ours, ["x"])) == (None, frozenset())
    assert compare.foreign(evil, ["x"]) == "table ip evil hooks in at output, priority -5"
    script = compare.clearing([(77, compare.others(evil, ["x"]))])
    assert "nsenter -t 77 -n nft -f - <<'RULES'\ntable ip evil\ndelete table ip evil\n" in script


def test_only_sets_with_elements_of_their_own_are_listed_whole():
    rules = Ruleset("x", (*RULES.lines, "  set seen { type ipv4_addr; flags dynamic; }"), family="bridge")
    script = compare.comparing([(5, rules)])

    assert "- bridge x inside;" in script
    assert "seen;" not in script


def test_what_was_printed_is_read_place_by_place():
    line = json.dumps({"stands": [{"nftables": LISTED}, {}], "wanted": [{"nftables": LISTED}], "hooks": [{}]})

    assert compare.compared(f"{line}\n{line}\n") == [compare.Compared(LISTED, LISTED, [])] * 2
