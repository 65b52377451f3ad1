"""Sends one Ethernet frame with 500 bytes of payload, past every rule: LINK SRC DST PROTO SPORT DPORT TTL VIA.

Runs in containers of the docker tests, from their standard input. VIA is who gets the frame, by its
IP or Ethernet address.
"""

import socket
import struct
import subprocess
import sys
from pathlib import Path


def checksum(data: bytes) -> int:
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def neighbour(link: str, address: str) -> bytes:
    if ":" in address:
        return bytes.fromhex(address.replace(":", ""))
    subprocess.run(["ping", "-c1", "-W1", address], stdout=subprocess.DEVNULL, check=False)
    rows = [line.split() for line in Path("/proc/net/arp").read_text().splitlines()]
    return bytes.fromhex(
        next(row[3] for row in rows if row[0] == address and row[5] == link).replace(":", "")
    )


link, src, dst, proto, sport, dport, ttl, via = sys.argv[1:9]
ends = socket.inet_aton(src) + socket.inet_aton(dst)
ports = struct.pack("!HH", int(sport), int(dport))
if proto == "udp":
    number, body = 17, ports + struct.pack("!HH", 508, 0) + b"S" * 500
else:
    number, body = 6, ports + struct.pack("!IIBBHHH", 1, 0, 80, 2, 8192, 0, 0)
    right = checksum(ends + struct.pack("!HH", 6, len(body)) + body)
    body = body[:16] + struct.pack("!H", right) + body[18:]
head = struct.pack("!BBHHHBBH", 69, 0, 20 + len(body), 7, 0, int(ttl), number, 0) + ends
head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
    raw.bind((link, 0))
    raw.send(neighbour(link, via) + raw.getsockname()[4] + b"\x08\x00" + head + body)
