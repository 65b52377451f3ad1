from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ledger.entries import Kind, Want
from lab.ledger.sources import folded, wants

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STAMP = {"time": "2026-01-02T03:04:05.000Z"}
DNS = STAMP | {"peer": "10.233.64.2", "asker": "10.233.65.9", "type": "A", "transport": "udp"}
WEB = STAMP | {"remote": "10.233.65.9", "method": "GET", "host": "yann.lecun.com", "bytes": 0, "agent": "x"}
SEAL = STAMP | {"place": "localnode-2", "hook": "forward", "src": "10.233.65.9", "type": None, "packets": 3}
SINK = STAMP | {"peer": "10.233.65.9", "port": 80, "host": "", "path": "", "method": "", "sni": ""}


def of(*lines):
    return list(wants(json.dumps(line) for line in lines))


@pytest.mark.parametrize(
    ("line", "want"),
    [
        (
            DNS | {"name": "Yann.Lecun.com.", "rcode": "NXDOMAIN", "kind": "unknown"},
            Want(AT, "10.233.65.9", "yann.lecun.com", Kind.NAME, "A"),
        ),
        (
            DNS | {"name": "no.lecun.com", "rcode": "NXDOMAIN", "kind": "zone"},
            Want(AT, "10.233.65.9", "no.lecun.com", Kind.NAME, "A"),
        ),
        (
            DNS | {"name": "sunk.test", "rcode": "NOERROR", "kind": "unknown"},
            Want(AT, "10.233.65.9", "sunk.test", Kind.NAME, "A"),
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
    assert all(isinstance(want, Want) for want in wants([text, "{" + text, json.dumps({"time": text})]))


@given(
    st.dictionaries(
        st.sampled_from(["time", "rcode", "hook", "status", "kind", "name", "peer", "packets", "host"]),
        st.one_of(st.none(), st.integers(), st.text(), st.just("2026-01-02T03:04:05Z"), st.just("http")),
    )
)
def test_no_object_breaks_the_reading(fields):
    assert all(isinstance(want, Want) for want in wants([json.dumps(fields)]))
