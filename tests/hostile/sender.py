"""Sends what a plan says and tells what came of it, one JSON line each. Standard library only.

It runs inside: in a pod, or in the namespace of a node or of the workstation. A plan is a list of mappings with
*id*, *how* (a name in `HOW`) and what that takes. Addresses that only this place knows are written as words:
`own`, `own6`, `gateway`.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import packets

SECONDS = 1.5
"""Longer than any refusal takes; a socket that has heard nothing by then was not refused."""
AT_ONCE = 6


def run(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10).stdout


class Here:
    """This place: its link, its addresses, and the link-layer address of the next hop."""

    def __init__(self, network: str = "") -> None:
        """*network*: how an address of the link begins; empty: the link of the default route."""
        route = json.loads(run("ip", "-j", "-4", "route", "show", "default") or "[]")
        links = json.loads(run("ip", "-j", "addr"))
        usual = route[0]["dev"] if route else next(one["ifname"] for one in links if one["ifname"] != "lo")
        had = [one for one in links for info in one["addr_info"] if info["local"].startswith(network)]
        mine = had[0] if network else next(one for one in links if one["ifname"] == usual)
        self.link, self.gateway = mine["ifname"], route[0]["gateway"] if route else ""
        self.mac = bytes.fromhex(mine["address"].replace(":", ""))
        inet = {one["family"]: one["local"] for one in reversed(mine["addr_info"])}
        self.words = {"own": inet.get("inet", "127.0.0.1"), "gateway": self.gateway}
        self.words["own6"] = inet.get("inet6", "fe80::1")

    def address(self, said: object) -> str:
        return self.words.get(str(said), str(said))

    def next_hop(self, address: str) -> bytes:
        """Return the link-layer address of *address*, asked by ARP of our own; broadcast where nobody answers."""
        question = packets.arp(1, self.mac, self.words["own"], bytes(6), address)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806)) as channel:
            channel.bind((self.link, 0x0806))
            channel.settimeout(0.5)
            channel.send(packets.frame(b"\xff" * 6, self.mac, question, 0x0806, []))
            end = time.monotonic() + 0.5
            try:
                while time.monotonic() < end:
                    answer = channel.recv(128)
                    if answer[20:22] == b"\0\2" and answer[28:32] == packets.packed(address):
                        return answer[22:28]
            except TimeoutError:
                pass
        return b"\xff" * 6


def packet(here: Here, one: dict[str, object]) -> bytes:
    filled = {**one, "own": here.words["own"]}
    for key in ("src", "dst", "around"):
        if key in one:
            filled[key] = here.address(one[key])
    return packets.packet(filled)


def by_frame(here: Here, one: dict[str, object]) -> str:
    """Straight onto the link, past the hooks of this namespace."""
    via = here.address(one.get("via") or here.gateway)
    target = bytes.fromhex(str(one["to"])) if "to" in one else here.next_hop(via)
    own = bytes.fromhex(str(one.get("as", here.mac.hex())))
    if one.get("arp"):
        says, asks = here.address(one["src"]), here.address(one["dst"])
        inner, kind = packets.arp(int(str(one["arp"])), own, says, target, asks), 0x0806
    else:
        inner = packet(here, one)
        kind = 0x86DD if inner[0] >> 4 == 6 else 0x0800
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as channel:
        channel.bind((here.link, 0))
        for _ in range(int(str(one.get("times", 1)))):
            channel.send(packets.frame(target, own, inner, kind, list(one.get("tags", []))))  # type: ignore[call-overload]
    return "sent"


def by_raw(here: Here, one: dict[str, object]) -> str:
    """With a header of our own, routed by the kernel."""
    whole = packet(here, one)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as channel:
        channel.sendto(whole, (socket.inet_ntoa(whole[16:20]), 0))
    return "sent"


def by_socket(here: Here, one: dict[str, object]) -> str:
    """As any program does it: connect, send, wait for what comes."""
    kind, target = str(one["carries"]), here.address(one["dst"])
    family = socket.AF_INET6 if ":" in target else socket.AF_INET
    protocol = packets.CARRIED[kind]
    types = {packets.TCP: socket.SOCK_STREAM, packets.UDP: socket.SOCK_DGRAM}
    plain = {packets.PORTED["udplite"]: socket.SOCK_DGRAM, packets.PORTED["sctp"]: socket.SOCK_STREAM}
    with socket.socket(family, {**types, **plain}.get(protocol, socket.SOCK_RAW), protocol) as channel:
        channel.settimeout(SECONDS)
        if one.get("sport"):
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            channel.bind(("", int(str(one["sport"]))))
        if "ttl" in one:
            channel.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(str(one["ttl"])))
        channel.connect((target, int(str(one.get("dport", 0)))))
        if protocol == packets.TCP:
            return "connected"
        body = packets.MARK
        if protocol in {packets.ICMP, packets.ICMP6}:
            body = struct.pack("!BBHHH", 8 if protocol == packets.ICMP else 128, 0, 0, 1, 1) + body
            body = body[:2] + struct.pack("!H", packets.checksum(body)) + body[4:]
        channel.send(body)
        return "answered" if channel.recv(4096) else "closed"


def by_text(here: Here, one: dict[str, object]) -> str:
    """Bytes of any kind over TCP or UDP, to an address inside; what comes back is told."""
    stream = one["carries"] == "syn"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as channel:
        channel.settimeout(SECONDS)
        channel.connect((here.address(one["dst"]), int(str(one["dport"]))))
        channel.send(bytes.fromhex(str(one["text"])))
        return f"answered {channel.recv(4096).hex()}"


def by_sweep(here: Here, one: dict[str, object]) -> str:
    """*times* datagrams, each to another port of *spread* addresses: bounded, and as quick as it goes."""
    first = str(one["dst"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        for number in range(int(str(one["times"]))):
            target = f"{first.rpartition('.')[0]}.{1 + number % int(str(one['spread']))}"
            try:
                channel.sendto(b"", (target, 1024 + number // int(str(one["spread"]))))
            except OSError:
                continue
    return "sent"


def by_command(here: Here, one: dict[str, object]) -> str:
    """A program of this place."""
    text = str(one["command"])
    for word, address in here.words.items():
        text = text.replace("{" + word + "}", address)
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False, timeout=20)
    return f"{done.returncode} {(done.stdout + done.stderr).strip()[-300:]}"


HOW = {
    "frame": by_frame,
    "raw": by_raw,
    "socket": by_socket,
    "text": by_text,
    "sweep": by_sweep,
    "command": by_command,
}


def outcome(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "times out"
    return "refused" if isinstance(error, ConnectionRefusedError) else f"unreachable ({error})"


def main() -> None:
    here = Here()

    def tell(one: dict[str, object]) -> str:
        start = time.monotonic()
        try:
            place = Here(str(one["network"])) if "network" in one else here
            seen = HOW[str(one["how"])](place, one)
        except OSError as error:
            seen = outcome(error)
        took = round(time.monotonic() - start, 3)
        return json.dumps({"id": one["id"], "seen": seen, "seconds": took, **here.words})

    plan = json.loads(zipfile.ZipFile(sys.argv[0]).read("plan.json"))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for line in pool.map(tell, plan):
            print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
