"""Housekeeping is what the lab's own does; the same of a user's pod is wanted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.ledger.entries import Kind, Want
from lab.ledger.people import People

HOUSEKEEPING = [
    ("pool.ntp.org", "A"),
    ("2.debian.pool.ntp.org", "AAAA"),
    ("0.centos.pool.ntp.org", "A"),
    ("7.2.0.192.in-addr.arpa", "PTR"),
    ("1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "PTR"),
]
OURS = ["node localnode-1", "site", "workstation", "pod kube-system/coredns-1", "pod local-path-storage/a"]
USERS = [
    "pod default/a",
    "pod team-a/pool.ntp.org",
    "pod kube-system-2/a",
    "pod kube-systems/a",
    "pod kube/system",
]
SMALL = ["master-0", "dashboard.kube-system", "secret", "coredns"]
"""Names by which a pod may look for a Service that is not there."""


def owned(who: str, what: str, detail: str = "A", kind: Kind = Kind.NAME) -> bool:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return People().infrastructure(Want(at, "10.0.0.1", what, kind, detail), who)


@pytest.mark.parametrize(("what", "detail"), HOUSEKEEPING)
def test_what_base_systems_ask_for_is_the_labs_own_where_the_labs_own_ask(what, detail):
    assert [owned(who, what, detail) for who in OURS] == [True] * len(OURS)


@pytest.mark.parametrize(
    ("what", "detail"), [*HOUSEKEEPING, *((name, "A") for name in SMALL), ("a.test", "HINFO")]
)
def test_a_pod_of_a_users_namespace_always_wants(what, detail):
    assert [owned(who, what, detail) for who in USERS] == [False] * len(USERS)


@pytest.mark.parametrize(
    "what", ["pool.ntp.org.evil.test", "xpool.ntp.org", "arpa", "in-addr.arpa.test", *SMALL]
)
def test_what_only_looks_like_it_is_wanted(what):
    assert [owned(who, what) for who in OURS[:3]] == [False] * 3


def test_an_address_is_no_housekeeping_of_nodes():
    assert not owned("node localnode-1", "198.51.100.1:123/udp", "output", Kind.ADDRESS)
    assert owned("pod kube-system/a", "198.51.100.1:123/udp", "forward", Kind.ADDRESS)
