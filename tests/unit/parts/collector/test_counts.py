from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.collector.counts import Attempt, Tally, attempt

FOUR = ip_address("10.142.18.2").packed + ip_address("198.51.100.7").packed
SIX = ip_address("2001:db8::1").packed + ip_address("2001:db8::7").packed
HTTPS = Attempt("output", "10.142.18.2", "198.51.100.7", "tcp", port=443)
PING = Attempt("forward", "10.142.18.2", "198.51.100.7", "icmp", type=8)


@pytest.mark.parametrize(
    ("version", "kind", "key", "seen"),
    [
        (4, "ports", FOUR + b"\x06\0\0\0" + b"\x01\xbb\0\0", HTTPS),
        (
            6,
            "ports",
            SIX + b"\x11\0\0\0" + b"\0\x35\0\0",
            Attempt("output", "2001:db8::1", "2001:db8::7", "udp", 53),
        ),
        (4, "icmp", FOUR + b"\x08\0\0\0", Attempt("output", "10.142.18.2", "198.51.100.7", "icmp", type=8)),
        (6, "icmp", SIX + b"\x80\0\0\0", Attempt("output", "2001:db8::1", "2001:db8::7", "icmpv6", type=128)),
        (4, "bare", FOUR + b"\x2f\0\0\0", Attempt("output", "10.142.18.2", "198.51.100.7", "gre")),
        (4, "bare", FOUR + b"\xfd\0\0\0", Attempt("output", "10.142.18.2", "198.51.100.7", "253")),
    ],
)
def test_a_sets_key_is_an_attempt(version, kind, key, seen):
    assert attempt("output", version, kind, key) == seen


def test_only_new_packets_are_told():
    tally = Tally()

    assert tally.added("output", [(HTTPS, 2)]) == [(HTTPS, 2)]
    assert tally.added("output", [(HTTPS, 2)]) == []
    assert tally.added("output", [(HTTPS, 5)]) == [(HTTPS, 3)]


def test_a_table_put_in_place_anew_begins_again():
    tally = Tally()
    tally.added("output", [(HTTPS, 5)])

    assert tally.added("output", [(HTTPS, 1)]) == [(HTTPS, 1)]
    assert tally.added("output", []) == []
    assert tally.added("output", [(HTTPS, 1)]) == [(HTTPS, 1)]


def test_hooks_do_not_disturb_each_other():
    tally = Tally()
    tally.added("forward", [(PING, 1)])
    tally.added("output", [(HTTPS, 1)])

    assert tally.added("forward", [(PING, 1)]) == []


def test_a_hook_has_moved_until_it_was_read():
    tally = Tally()

    assert tally.moved({"output": 0, "forward": 2}) == ["forward"]
    assert tally.moved({"output": 0, "forward": 2}) == ["forward"]

    tally.totals = {"output": 0, "forward": 2}
    assert tally.moved({"output": 0, "forward": 2}) == []
    assert tally.moved({"output": 0, "forward": 0}) == ["forward"]


@given(st.lists(st.integers(0, 50), min_size=1))
def test_what_is_told_adds_up_to_what_was_counted(steps):
    tally, total, told = Tally(), 0, 0
    for step in steps:
        total += step
        told += sum(packets for _, packets in tally.added("output", [(HTTPS, total)] if total else []))

    assert told == total
