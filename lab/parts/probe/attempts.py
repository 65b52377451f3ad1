"""One function a protocol. Each returns what came back, or raises OSError as the kernel gave it."""

from __future__ import annotations

import os
import socket
import struct
import time

DNS_QUERY = bytes.fromhex("1a2b010000010000000000000570726f626507696e76616c69640000010001")
"""probe.invalid, type A: a real question, so that a DNS server within reach answers."""
NTP_REQUEST = b"\x1b" + bytes(47)
ECHO = {socket.AF_INET: (8, 0), socket.AF_INET6: (128, 129)}
"""Types of ICMP's echo request and reply."""


def tcp(family: socket.AddressFamily, address: str, port: int, timeout: float) -> str:
    with socket.socket(family, socket.SOCK_STREAM) as link:
        link.settimeout(timeout)
        link.connect((address, port))
        return "connected"


def udp(family: socket.AddressFamily, address: str, port: int, timeout: float) -> str:
    payload = {53: DNS_QUERY, 123: NTP_REQUEST}.get(port, b"probe")
    with socket.socket(family, socket.SOCK_DGRAM) as link:
        link.settimeout(timeout)
        link.connect((address, port))  # so that ICMP's refusal comes back as an error
        link.send(payload)
        return f"answered with {len(link.recv(4096))} bytes"


def icmp(family: socket.AddressFamily, address: str, timeout: float) -> str:
    request, reply = ECHO[family]
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.IPPROTO_ICMPV6
    mark = os.getpid() & 0xFFFF
    with socket.socket(family, socket.SOCK_RAW, protocol) as link:
        link.connect((address, 0))
        link.send(echo(request, mark))
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0:
            link.settimeout(left)
            packet = link.recv(4096)
            if family == socket.AF_INET:
                packet = packet[(packet[0] & 15) * 4 :]  # a raw IPv4 socket hands out the IP header too
            if packet[0] == reply and packet[4:6] == mark.to_bytes(2, "big"):
                return "echoed"
    raise TimeoutError("no echo")


def echo(kind: int, mark: int) -> bytes:
    """Return an echo request with its checksum (RFC 1071); for IPv6 the kernel puts its own in."""
    body = struct.pack("!HH", mark, 1) + b"airgap"
    words = struct.unpack(f"!{(len(body) + 4) // 2}H", struct.pack("!BBH", kind, 0, 0) + body)
    total = sum(words)
    total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!BBH", kind, 0, ~(total + (total >> 16)) & 0xFFFF) + body
