"""Packets and frames, byte by byte. Pure; standard library only, since it runs in the probe's pods.

A packet is described by a mapping: *src* and *dst* (addresses), *carries* (a key of `CARRIED`), *sport*, *dport*,
and where wanted *ttl*, *options* (hexadecimal, IPv4), *more* (the more-fragments bit), *offset* (in eight bytes),
*around* (an address: the packet goes inside another one, by IP in IP, to that address), *payload* (hexadecimal).
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

MARK = b"secret of the lab"
"""In the payload of every packet: what must not come out."""
TCP, UDP, ICMP, ICMP6, IPIP, FRAGMENT = 6, 17, 1, 58, 4, 44
FLAGS = {"syn": 2, "ack": 16, "synack": 18, "rst": 4, "fin": 17, "null": 0}
TYPES4 = {"echo": 8, "echo-reply": 0, "unreachable": 3, "redirect": 5, "timestamp": 13}
TYPES6 = {"echo6": 128, "echo-reply6": 129, "unreachable6": 1, "advert6": 134, "neighbour6": 136}
BARE = {"igmp": 2, "gre": 47, "esp": 50, "ah": 51, "ospf": 89, "pim": 103, "unassigned": 253}
PORTED = {"udplite": 136, "sctp": 132, "dccp": 33}
CARRIED = {
    "udp": UDP,
    **dict.fromkeys(FLAGS, TCP),
    **dict.fromkeys(TYPES4, ICMP),
    **dict.fromkeys(TYPES6, ICMP6),
}
CARRIED |= {**BARE, **PORTED}


def checksum(data: bytes) -> int:
    """RFC 1071."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def packed(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def packet(one: dict[str, object]) -> bytes:
    """Return the whole IP packet that *one* describes."""
    src, dst, kind = packed(str(one["src"])), packed(str(one["dst"])), str(one["carries"])
    protocol = CARRIED[kind]
    sport, dport = int(str(one.get("sport", 0))), int(str(one.get("dport", 0)))
    payload = bytes.fromhex(str(one.get("payload", MARK.hex())))
    body = _body(kind, sport, dport, payload, lambda length: src + dst + struct.pack("!II", length, protocol))
    whole = (_four if len(src) == 4 else _six)(one, src, dst, protocol, body)
    if outer := one.get("around"):
        around = packed(str(outer))
        own = packed(str(one["own"]))
        return _four({}, own, around, IPIP, whole)
    return whole


def _body(kind: str, sport: int, dport: int, payload: bytes, pseudo: Callable[[int], bytes]) -> bytes:
    """*pseudo* gives what is summed up before a body of some length; IPv4's order of the words does not matter."""
    if kind in FLAGS:
        head = struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 5 << 4, FLAGS[kind], 1024, 0, 0)
        total = checksum(pseudo(len(head + payload)) + head + payload)
        return head[:16] + struct.pack("!H", total) + head[18:] + payload
    if kind == "udp":
        head = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0)
        return (
            head[:6]
            + struct.pack("!H", checksum(pseudo(8 + len(payload)) + head + payload) or 0xFFFF)
            + payload
        )
    if kind in TYPES4 or kind in TYPES6:
        number = TYPES4.get(kind, TYPES6.get(kind, 0))
        head = struct.pack("!BBHHH", number, 0, 0, sport, dport)
        total = checksum((pseudo(8 + len(payload)) if kind in TYPES6 else b"") + head + payload)
        return head[:2] + struct.pack("!H", total) + head[4:] + payload
    if kind in PORTED:
        return struct.pack("!HHI", sport, dport, 0) + payload
    return bytes(4) + payload


def _four(one: dict[str, object], src: bytes, dst: bytes, protocol: int, body: bytes) -> bytes:
    options = bytes.fromhex(str(one.get("options", "")))
    options += bytes(-len(options) % 4)
    fragment = (0x2000 if one.get("more") else 0) | int(str(one.get("offset", 0)))
    words = 5 + len(options) // 4
    ttl = int(str(one.get("ttl", 64)))
    head = (
        struct.pack("!BBHHHBBH", 4 << 4 | words, 0, words * 4 + len(body), 7, fragment, ttl, protocol, 0)
        + src
        + dst
    )
    head += options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + body


def _six(one: dict[str, object], src: bytes, dst: bytes, protocol: int, body: bytes) -> bytes:
    if one.get("more") or one.get("offset"):
        fragment = int(str(one.get("offset", 0))) << 3 | bool(one.get("more"))
        body, protocol = struct.pack("!BBHI", protocol, 0, fragment, 7) + body, FRAGMENT
    return struct.pack("!IHBB", 6 << 28, len(body), protocol, int(str(one.get("ttl", 64)))) + src + dst + body


def frame(target: bytes, own: bytes, inner: bytes, kind: int, tags: list[int]) -> bytes:
    """Return an Ethernet frame; *tags* are VLAN numbers, outermost first."""
    labels = b"".join(struct.pack("!HH", 0x8100, tag) for tag in tags)
    return target + own + labels + struct.pack("!H", kind) + inner


def arp(operation: int, own: bytes, says: str, target: bytes, asks: str) -> bytes:
    head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
    return head + own + packed(says) + target + packed(asks)
