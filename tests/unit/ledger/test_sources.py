from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ledger.entries import Fate, Gap, Kind, Want
from lab.ledger.sources import acknowledged, folded, gaps, parsed, wants

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STAMP = {"time": "2026-01-02T03:04:05.000Z"}
DNS = STAMP | {"peer": "10.233.64.2", "asker": "10.233.65.9", "type": "A", "transport": "udp"}
WEB = STAMP | {"remote": "10.233.65.9", "method": "GET", "host": "yann.lecun.com", "bytes": 0, "agent": "x"}
SEAL = STAMP | {"place": "localnode-2", "hook": "forward", "src": "10.233.65.9", "type": None, "packets": 3}
SINK = STAMP | {"peer": "10.233.65.9", "port": 80, "host": "", "path": "", "method": "", "sni": ""}


def of(*lines):
    return list(wants(parsed(json.dumps(line) for line in lines)))


@pytest.mark.parametrize(
    ("line", "want"),
    [
        (
            DNS | {"name": "Yann.Lecun.com.", "rcode": "NXDOMAIN", "kind": "unknown"},
            Want(AT, "10.233.65.9", "yann.lecun.com", Kind.NAME, "A", via="10.233.64.2"),
        ),
        (
            DNS | {"name": "no.lecun.com", "rcode": "NXDOMAIN", "kind": "zone"},
            Want(AT, "10.233.65.9", "no.lecun.com", Kind.NAME, "A", via="10.233.64.2"),
        ),
        (
            DNS | {"name": "sunk.test", "rcode": "NOERROR", "kind": "unknown"},
            Want(AT, "10.233.65.9", "sunk.test", Kind.NAME, "A", via="10.233.64.2"),
        ),
        (
            WEB | {"uri": "/exdb/mnist/a.gz", "status": 404},
            Want(AT, "10.233.65.9", "http://yann.lecun.com/exdb/mnist/a.gz", Kind.URL, "GET"),
        ),
        (
            SEAL | {"dst": "198.51.100.7", "proto": "tcp", "port": 443},
            Want(AT, "10.233.65.9", "198.51.100.7:443/tcp", Kind.ADDRESS, "forward", 3, "localnode-2"),
        ),
        (
            SEAL | {"dst": "2001:db8::7", "proto": "udp", "port": 53},
            Want(AT, "10.233.65.9", "[2001:db8::7]:53/udp", Kind.ADDRESS, "forward", 3, "localnode-2"),
        ),
        (
            SEAL | {"dst": "198.51.100.7", "proto": "icmp", "port": None, "type": 8},
            Want(AT, "10.233.65.9", "198.51.100.7/icmp", Kind.ADDRESS, "forward", 3, "localnode-2"),
        ),
        (
            SINK | {"kind": "http", "host": "a.test", "path": "/x?y", "method": "GET"},
            Want(AT, "10.233.65.9", "http://a.test/x?y", Kind.URL, "GET"),
        ),
        (
            SINK | {"kind": "http", "host": "a.test", "path": "/", "method": "GET", "port": 8080},
            Want(AT, "10.233.65.9", "http://a.test:8080/", Kind.URL, "GET"),
        ),
        (
            SINK | {"kind": "http", "host": "a.test:443", "path": "a.test:443", "method": "CONNECT"},
            Want(AT, "10.233.65.9", "https://a.test:443/", Kind.URL, "CONNECT"),
        ),
        (
            SINK | {"kind": "tls", "sni": "a.test", "port": 443},
            Want(AT, "10.233.65.9", "https://a.test/", Kind.URL, "tls"),
        ),
        (
            SINK | {"kind": "raw", "port": 22},
            Want(AT, "10.233.65.9", "sinkhole:22/tcp", Kind.ADDRESS, "raw"),
        ),
    ],
)
def test_what_was_not_had_is_a_want(line, want):
    assert of(line) == [want]


@pytest.mark.parametrize(
    "line",
    [
        DNS | {"name": "yann.lecun.com", "rcode": "NOERROR", "kind": "zone"},
        DNS | {"name": "lab-worker", "rcode": "NOERROR", "kind": "delegate"},
        DNS | {"name": "db.default.svc.cluster.local", "rcode": "NXDOMAIN", "kind": "unknown"},
        WEB | {"uri": "/exdb/mnist/a.gz", "status": 200},
        WEB | {"uri": "/exdb/mnist/a.gz", "status": 206},
        STAMP | {"event": "lost", "lines": 3},
        {"rcode": "NXDOMAIN"},
        {"time": "yesterday", "hook": "output"},
        [1],
        "text",
    ],
)
def test_what_was_had_and_what_is_not_ours_is_none(line):
    assert of(line) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("outside.test", "outside.test"),
        ("outside.test.default.svc.cluster.local.", "outside.test"),
        ("outside.test.svc.cluster.local", None),  # or a Service `outside` of namespace `test`
        ("outside.test.cluster.local", "outside.test"),
        ("Registry-1.Docker.test", "registry-1.docker.test"),
        ("db.default.svc.cluster.local", None),
        ("db.svc.cluster.local", None),
        ("localhost", "localhost"),
        (".", None),
    ],
)
def test_a_search_domain_is_folded_away(name, meant):
    assert folded(name) == meant


@given(st.text())
def test_no_line_breaks_the_reading(text):
    assert all(
        isinstance(want, Want) for want in wants(parsed([text, "{" + text, json.dumps({"time": text})]))
    )


KEYS = [
    "time",
    "rcode",
    "hook",
    "status",
    "kind",
    "name",
    "peer",
    "packets",
    "host",
    "event",
    "from",
    "until",
]
VALUES = st.one_of(
    st.none(), st.integers(), st.text(), st.sampled_from(["2026-01-02T03:04:05Z", "http", "read", "lost"])
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES))
def test_no_object_breaks_the_reading(fields):
    lines = list(parsed([json.dumps(fields)]))

    assert all(isinstance(want, Want) for want in wants(lines))
    assert all(isinstance(gap, Gap) for gap in gaps(lines))
    assert acknowledged(lines) is None


@pytest.mark.parametrize(
    ("place", "hook", "fate"),
    [
        ("localnode-2", "forward", Fate.REFUSED),
        ("localnode-2", "spoofed", Fate.SPOOFED),
        ("wall", "forward", Fate.LEAKED),
        ("wall", "input", Fate.LEAKED),
        ("wall", "spoofed", Fate.SPOOFED),
        ("wall", "stray", Fate.STRAY),
    ],
)
def test_a_hook_says_how_it_ended(place, hook, fate):
    (want,) = of(SEAL | {"place": place, "hook": hook, "dst": "198.51.100.7", "proto": "tcp", "port": 443})

    assert (want.fate, want.what) == (fate, "198.51.100.7:443/tcp")
    assert want.detail == ("as 10.233.65.9" if fate is Fate.SPOOFED else hook)


def test_what_is_summed_up_has_no_destination():
    (want,) = of(SEAL | {"dst": "", "proto": "udp", "port": None, "attempts": 70, "link": "veth1"})

    assert (want.what, want.count, want.link) == ("more than is listed/udp", 3, "veth1")


def test_a_link_that_a_packet_goes_out_by_says_nothing_of_its_sender():
    (want,) = of(SEAL | {"hook": "output", "dst": "198.51.100.7", "proto": "udp", "port": 1, "link": "veth1"})

    assert (want.link, want.own) == ("", True)


def test_who_asked_is_looked_up_at_the_time_when_it_began():
    earlier = "2026-01-02T03:04:01+00:00"
    refused, sunk, missing = of(
        SEAL | {"dst": "198.51.100.7", "proto": "udp", "port": 1, "from": earlier},
        SINK | {"kind": "raw", "port": 22, "from": earlier},
        WEB | {"uri": "/x", "status": 404, "at": AT.timestamp() + 0.25, "took": 1.25},
    )

    began = datetime.fromisoformat(earlier)
    assert (refused.since, refused.at) == (began, AT)
    assert (sunk.since, sunk.at) == (None, began)
    assert (missing.since, missing.at) == (AT - timedelta(seconds=1), AT + timedelta(seconds=0.25))


def read(total, listed, *, settled=True, table=1, second=5):
    about = {"place": "site", "space": "inet/7/9", "table": table, "hook": "output"}
    at = f"2026-01-02T03:04:{second:02d}+00:00"
    counts = {"total": total, "listed": listed, "settled": settled, "since": "" if listed >= total else at}
    return {"time": at, "event": "read"} | about | counts


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([read(5, 5)], []),
        ([read(5, 3, settled=False)], []),
        ([read(5, 3)], [Gap(AT, 2)]),
        ([read(5, 3), read(6, 6, second=6)], []),  # they came after all
        ([read(5, 3), read(9, 9, table=2)], [Gap(AT, 2)]),  # of the table that was there before
        ([STAMP | {"event": "lost", "lines": 3}], [Gap(AT, 3, "lines could not be written")]),
        (
            [STAMP | {"event": "dropped", "lines": 4, "until": STAMP["time"], "book": "names"}],
            [Gap(AT, 4, "older lines dropped")],
        ),
        (
            [STAMP | {"event": "ended", "place": "localnode-2", "since": STAMP["time"]}],
            [Gap(AT, 1, "last moment, of localnode-2 before it ended")],
        ),
        ([STAMP | {"event": "unread", "reason": "no"}], [Gap(AT, 1, "reading failed: no")]),
    ],
)
def test_what_is_missing_is_told(lines, found):
    assert list(gaps(parsed(map(json.dumps, lines)))) == found


def test_the_last_acknowledgement_counts():
    lines = [{"event": "acknowledged", "until": f"2026-01-02T03:04:0{second}+00:00"} for second in (5, 3)]

    assert acknowledged([*lines, {"event": "acknowledged"}]) == AT
