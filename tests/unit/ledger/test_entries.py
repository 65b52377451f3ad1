from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rich.console import Console

from lab.ledger import as_grid, as_json, as_table, merge
from lab.ledger.entries import Entry, Kind, Ledger, Want, add_up
from lab.ledger.people import People

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PEOPLE = People({"10.0.0.1": "workstation"})


def want(what, kind=Kind.NAME, detail="A", **rest):
    return Want(rest.pop("at", AT), "10.0.0.1", what, kind, detail, **rest)


def test_the_same_want_is_one_entry_with_first_last_and_count():
    later = AT + timedelta(seconds=9)

    ledger = add_up([want("a.test", at=later), want("a.test", detail="AAAA", count=4)], PEOPLE)

    assert ledger.entries == (Entry("workstation", "a.test", Kind.NAME, ("A", "AAAA"), 5, AT, later),)


def test_leaks_come_first_then_names_by_type_then_urls_then_addresses():
    ledger = add_up(
        [
            want("198.51.100.1:1/tcp", Kind.ADDRESS, "output"),
            want("http://a.test/", Kind.URL, "GET"),
            want("b.test", detail="A"),
            want("a.test", detail="MX"),
            want("198.51.100.2:1/tcp", Kind.ADDRESS, "forward", place="wall"),
        ],
        PEOPLE,
    )

    assert [entry.what for entry in ledger.entries] == [
        "198.51.100.2:1/tcp",
        "b.test",
        "a.test",
        "http://a.test/",
        "198.51.100.1:1/tcp",
    ]
    assert [entry.leaked for entry in ledger.entries] == [True, False, False, False, False]


def test_ledgers_merge_into_their_union():
    one = add_up([want("a.test"), want("b.test")], PEOPLE)
    two = add_up([want("b.test", count=2), want("c.test")], PEOPLE)

    merged = merge(one, two)

    assert [(entry.what, entry.count) for entry in merged.entries] == [
        ("a.test", 1),
        ("b.test", 3),
        ("c.test", 1),
    ]
    assert merge(merged) == merged
    assert merge() == Ledger()


def test_entries_of_different_steps_stay_apart():
    (entry,) = add_up([want("a.test")], PEOPLE).entries

    merged = merge(Ledger((replace(entry, step="one"),)), Ledger((replace(entry, step="two"),)))

    assert [entry.step for entry in merged.entries] == ["one", "two"]


def test_the_table_shows_wants_and_counts_the_rest():
    ledger = add_up([want("a.test"), want("x.in-addr.arpa", detail="PTR")], PEOPLE)

    assert as_table(ledger) == (
        "WHO          WANTED  KIND  HOW  COUNT  FIRST     LAST\n"
        "workstation  a.test  name  A    1      03:04:05  03:04:05\n"
        "(1 more of the lab's own infrastructure)\n"
    )
    assert "x.in-addr.arpa" in as_table(ledger, infrastructure=True)
    assert as_table(Ledger()) == "nothing was wanted from outside\n"


def test_a_bare_name_is_told_apart_in_the_table_and_in_the_json():
    ledger = add_up([want("statsd-sink"), want("a.test")], PEOPLE)

    lines = as_table(ledger).splitlines()
    notes = {entry["what"]: entry.get("note") for entry in json.loads(as_json(ledger))["entries"]}

    assert [line.split()[1:4] for line in lines[1:3]] == [
        ["a.test", "name", "A"],
        ["statsd-sink", "bare", "name"],
    ]
    assert lines[3:] == ["(bare name: no search domain has it)"]
    assert notes == {"a.test": None, "statsd-sink": "bare name: no search domain has it"}


def test_the_json_has_everything():
    entries = json.loads(as_json(add_up([want("a.test"), want("x.in-addr.arpa")], PEOPLE)))["entries"]

    assert [(entry["what"], entry["infrastructure"], entry["first"]) for entry in entries] == [
        ("a.test", False, "2026-01-02T03:04:05+00:00"),
        ("x.in-addr.arpa", True, "2026-01-02T03:04:05+00:00"),
    ]


def test_on_a_terminal_a_long_name_is_folded_within_its_column():
    name, out = "a-rather-long-name.of-some-length.test", io.StringIO()
    Console(file=out, width=60).print(as_grid(add_up([want(name)], PEOPLE)))

    heading, *folded = out.getvalue().splitlines()
    start = heading.index("WANTED")
    assert heading.split() == ["WHO", "WANTED", "KIND", "HOW", "COUNT", "FIRST", "LAST"]
    assert "".join(line[start : heading.index("KIND")].strip() for line in folded) == name
    assert folded[0].endswith("03:04:05  03:04:05")


def test_on_a_terminal_nothing_wanted_is_said_in_words():
    out = io.StringIO()
    Console(file=out, width=60).print(as_grid(add_up([want("x.in-addr.arpa")], PEOPLE)))

    assert out.getvalue() == "nothing was wanted from outside\n(1 more of the lab's own infrastructure)\n"
