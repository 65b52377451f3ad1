"""Packets as the kernel would make them: lengths and sums are right, or nobody would take them for real."""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "hostile" / "packets.py"
SPEC = importlib.util.spec_from_file_location("packets", PATH)
packets = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(packets)

FOUR = {"src": "203.0.113.9", "dst": "198.51.100.7", "sport": 20001, "dport": 20002}
SIX = {"src": "2001:db8::9", "dst": "2001:db8::7", "sport": 20001, "dport": 20002}


@pytest.mark.parametrize("kind", ["udp", "syn", "synack", "echo", "gre", "sctp", "unassigned"])
def test_an_ipv4_packet_is_whole(kind: str) -> None:
    whole = packets.packet({**FOUR, "carries": kind})

    assert whole[0] == 0x45
    assert struct.unpack("!H", whole[2:4])[0] == len(whole)
    assert whole[9] == packets.CARRIED[kind]
    assert packets.checksum(whole[:20]) == 0
    assert packets.MARK in whole


@pytest.mark.parametrize(("kind", "protocol"), [("udp", 17), ("syn", 6)])
@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["IPv4", "IPv6"])
def test_the_sum_of_the_body_is_right(kind: str, protocol: int, ends: dict[str, object]) -> None:
    whole = packets.packet({**ends, "carries": kind})
    head = 40 if ":" in str(ends["src"]) else 20
    addresses = whole[8:40] if head == 40 else whole[12:20]
    body = whole[head:]

    assert packets.checksum(addresses + struct.pack("!II", len(body), protocol) + body) == 0


def test_a_fragment_says_so() -> None:
    four = packets.packet({**FOUR, "carries": "udp", "more": True})
    six = packets.packet({**SIX, "carries": "udp", "more": True})

    assert struct.unpack("!H", four[6:8])[0] == 0x2000
    assert six[6] == packets.FRAGMENT
    assert six[43] & 1 == 1


def test_options_lengthen_the_header() -> None:
    whole = packets.packet({**FOUR, "carries": "udp", "options": "8307047f000001"})

    assert whole[0] == 0x47
    assert packets.checksum(whole[:28]) == 0


def test_a_packet_goes_inside_another() -> None:
    whole = packets.packet({**FOUR, "carries": "udp", "around": "198.51.100.200", "own": "10.233.65.2"})

    assert (whole[9], whole[16:20]) == (4, bytes([198, 51, 100, 200]))
    assert whole[20] == 0x45


def test_tags_stand_before_the_type() -> None:
    framed = packets.frame(b"\1" * 6, b"\2" * 6, b"inner", 0x0800, [7, 8])

    assert framed[12:22] == bytes.fromhex("81000007810000080800")
