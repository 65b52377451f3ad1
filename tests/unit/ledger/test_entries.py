from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rich.console import Console

from lab.ledger import as_grid, as_json, as_line, as_table, incomplete, merge, parse
from lab.ledger.entries import Entry, Fate, Gap, Kind, Ledger, Want, add_up
from lab.ledger.people import People
from lab.ledger.spans import Span, Spans

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NODE = Span(datetime(2026, 1, 1, tzinfo=UTC), "node localnode-1", "localnode-1")
PEOPLE = People(Spans(sure={"10.0.0.2": (NODE,)}), {"10.0.0.1": "workstation"})


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
            want("198.51.100.2:1/tcp", Kind.ADDRESS, "forward", place="wall", fate=Fate.LEAKED),
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


def test_what_is_missing_is_said_wherever_the_ledger_is_shown():
    gaps = (Gap(AT + timedelta(seconds=5), 3), Gap(AT, 4), Gap(AT, 2, "older lines dropped"))
    ledger, out = add_up([want("a.test")], PEOPLE, gaps=gaps), io.StringIO()
    Console(file=out, width=80).print(as_grid(ledger))
    said = [
        "incomplete since 03:04:05: 7 counted, not listed",
        "incomplete since 03:04:05: 2 older lines dropped",
    ]

    assert as_table(ledger).splitlines()[-2:] == said
    assert out.getvalue().splitlines()[-2:] == said
    assert [gap["count"] for gap in json.loads(as_json(ledger))["gaps"]] == [7, 2]
    assert parse(as_json(ledger), "x") == ledger
    assert "incomplete" not in as_table(add_up([want("a.test")], PEOPLE))


def test_leaks_stand_apart_until_somebody_acknowledges_them():
    rows = [
        want(
            f"198.51.100.{second}:1/tcp",
            Kind.ADDRESS,
            "forward",
            fate=Fate.LEAKED,
            at=AT + timedelta(seconds=second),
        )
        for second in (1, 2)
    ]
    ledger = add_up(rows, PEOPLE, acknowledged=AT + timedelta(seconds=1))

    assert [(entry.what, entry.acknowledged) for entry in ledger.entries] == [
        ("198.51.100.1:1/tcp", True),
        ("198.51.100.2:1/tcp", False),
    ]
    assert [entry.what for entry in ledger.leaks] == ["198.51.100.2:1/tcp"]
    assert [line.split()[2:4] for line in as_table(ledger).splitlines()[1:]] == [
        ["leak,", "known"],
        ["LEAK", "address"],
    ]


HOSTILE = "\x1b[2J\x9b1m\x00\x7f\u202egpj.test\n\tend"


def test_nothing_that_somebody_inside_chose_reaches_a_terminal_raw():
    row = want(f"http://{HOSTILE}/", Kind.URL, HOSTILE)
    ledger = add_up([row], PEOPLE, lambda _: HOSTILE)
    ledger = replace(ledger, gaps=(Gap(AT, 1, HOSTILE),))
    out = io.StringIO()
    Console(file=out, width=400).print(as_grid(ledger))
    shown = [as_table(ledger), out.getvalue(), as_line(ledger.entries[0]), *incomplete(ledger)]

    for text in shown:
        assert [one for one in text.replace("\n", "") if not one.isprintable()] == []
        assert r"\x1b[2J\x9b1m\x00\x7f\u202egpj.test\n\tend" in text
    assert json.loads(as_json(ledger))["entries"][0]["what"] == f"http://{HOSTILE}/"
    assert as_json(ledger).isascii()


def test_details_that_are_many_are_counted():
    ledger = add_up([want("a.test", detail=f"as 203.0.113.{one}") for one in range(10, 19)], PEOPLE)

    assert ",and 3 more" in as_table(ledger)
    assert len(ledger.entries[0].details) == 9
