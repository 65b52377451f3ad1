from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from lab.ledger.entries import Kind, Want
from lab.ledger.people import People

START = datetime(2026, 1, 2, 3, 0, 0, tzinfo=UTC)
FIXED = {"10.142.18.4": "node localnode-2", "10.142.18.2": "workstation", "10.142.18.191": "site"}


def pod(seconds, name, ip, *, host_network=False, namespace="default"):
    at = (START + timedelta(seconds=seconds)).isoformat()
    event = {"time": at, "namespace": namespace, "name": name, "ip": ip, "node": "n"}
    return json.dumps(event | {"host_network": host_network})


def want(seconds, address, what="outside.test", *, place="", detail="A", kind=Kind.NAME):
    return Want(START + timedelta(seconds=seconds), address, what, kind, detail, place=place)


HISTORY = [
    pod(0, "waiting", ""),
    pod(0, "first", "10.233.65.9"),
    pod(50, "first", "10.233.65.9"),
    pod(100, "second", "10.233.65.9"),
    pod(5, "on-the-node", "10.142.18.4", host_network=True),
    "no json",
    '{"time": "x"}',
]


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        (want(60, "10.233.65.9"), "pod default/first"),
        (want(200, "10.233.65.9"), "pod default/second"),
        (want(95, "10.233.65.9"), "pod default/second"),  # spoke before the API server knew its address
        (want(-10, "10.233.65.9"), "pod default/first"),
        (want(60, "10.142.18.4"), "node localnode-2"),  # a pod in the node's network is the node
        (want(60, "10.142.18.2"), "workstation"),
        (want(60, "127.0.0.1", place="localnode-2"), "node localnode-2"),
        (want(60, "127.0.0.1", place="workstation"), "workstation"),
        (want(60, "10.233.66.1", place="localnode-2"), "10.233.66.1"),  # nobody's: as found
    ],
)
def test_an_address_is_who_had_it_then(asked, who):
    assert People.read(HISTORY, FIXED).who(asked) == who


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        (want(60, "10.233.64.2"), True),
        (want(60, "10.142.18.4", "2.debian.pool.ntp.org"), True),
        (want(60, "10.142.18.4", "7.2.0.192.in-addr.arpa", detail="PTR"), True),
        (want(60, "10.142.18.191", "switched-0a1b2c3d.invalid"), True),
        (want(60, "10.142.18.4", "registry.test"), False),  # an image that somebody asked for
        (want(60, "10.233.65.9", "master-0"), False),  # a search list's last try at a Service is a wish, too
        (want(60, "10.233.65.9", "dashboard.kube-system"), False),  # one in another namespace
        (want(60, "10.142.18.2", "dashboard.kube-system"), False),
        (want(60, "10.233.77.9", "pool.ntp.org"), False),  # of nobody knows whom
        (want(60, "10.233.65.9", "api.dev"), False),  # a domain, whatever namespaces are called like
        (want(60, "10.142.18.2", "intranet"), False),
        (want(60, "10.233.65.9"), False),
        (want(60, "10.233.65.9", "switched-off.invalid"), False),
        (want(60, "10.233.65.9", "198.51.100.1:123/udp", kind=Kind.ADDRESS, detail="forward"), False),
    ],
)
def test_the_labs_own_doing_is_told_apart(asked, own):
    people = People.read([*HISTORY, pod(0, "coredns-1", "10.233.64.2", namespace="kube-system")], FIXED)

    assert people.infrastructure(asked, people.who(asked)) is own
