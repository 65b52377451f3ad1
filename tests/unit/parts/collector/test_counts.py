from __future__ import annotations

from ipaddress import ip_address

import pytest

from lab.parts.collector.counts import Attempt, attempt, hook_of

FOUR = ip_address("10.142.18.2").packed + ip_address("198.51.100.7").packed
SIX = ip_address("2001:db8::1").packed + ip_address("2001:db8::7").packed
HTTPS = Attempt("output", "10.142.18.2", "198.51.100.7", "tcp", port=443)
LINK = b"veth12ab" + bytes(8)


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
    assert attempt(f"output_{version}_{kind}", key) == seen


@pytest.mark.parametrize(
    ("kind", "key", "seen"),
    [
        (
            "ports",
            FOUR + b"\x06\0\0\0" + b"\x01\xbb\0\0",
            Attempt("forward", "10.142.18.2", "198.51.100.7", "tcp", 443, link="veth12ab"),
        ),
        (
            "icmp",
            FOUR + b"\x08\0\0\0",
            Attempt("forward", "10.142.18.2", "198.51.100.7", "icmp", type=8, link="veth12ab"),
        ),
        (
            "more",
            FOUR[:4] + b"\x11\0\0\0",
            Attempt("forward", "10.142.18.2", "", "udp", link="veth12ab"),
        ),
    ],
)
def test_a_key_may_begin_with_the_link(kind, key, seen):
    assert attempt(f"forward_4_{kind}", LINK + key, linked=True) == seen


def test_a_set_says_by_its_name_whose_it_is():
    names = ("output_4_ports", "spoofed_6_more", "inside", "output_4_busy", "held_ports", "output_5_ports")

    assert [hook_of(name) for name in names] == ["output", "spoofed", None, None, None, None]
