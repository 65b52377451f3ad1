"""The fake DNS against BIND: the same zones, the same questions over TCP, every difference printed.

`python -m tests.bench.against_bind` with `named` of this machine; a docker test does it with Debian's. The zones are
`db.everything.test`, the document's, and all made by hand that load. Left out of the comparison, because ours differs
on purpose: aliases that leave the zones (ours says what becomes of the target), the zone's own NS under positive
answers, what stands beside an answer, and the TTL of the SOA when an SOA is asked for at a name that is not there.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from lab.parts.fakedns import names
from lab.parts.fakedns.zone import Zone
from tests import zonecorpus
from tests.bench.dns import ROOT, free_port, say

PORT = 5353
TYPES = ("A", "NS", "TXT", "CNAME", "DS", "SSHFP")
LEFT_OUT = frozenset({"root", "root-without-address", "https-alias-params", "ds-of-the-server"})
"""A root zone would answer for all the others; the last two one of the servers does not load."""
SHORTENED = frozenset({7, 8, 9, 14})
"""MB, MG, MR, MINFO: BIND shortens their names, and dnspython does not write them out again."""
READY_SECONDS = 10.0
PER_CONNECTION = 500
Address = tuple[str, int]


def write(folder: Path) -> list[Zone]:
    """Write zones, both configurations and settings to *folder*; return the zones, each with an origin of its own."""
    found = []
    for case in zonecorpus.cases():
        if case.name.startswith("made-") or case.name in LEFT_OUT:
            continue
        origin = f"{case.name}.test" if case.origin == "x.test" else case.origin
        data = case.data.replace(b"x.test", origin.encode()) if case.origin == "x.test" else case.data
        zone = zonecorpus.read(zonecorpus.Case(case.name, origin, data))
        if not zone.problems and zone.origin not in {other.origin for other in found}:
            (folder / f"db.{origin}").write_bytes(data)
            found.append(zone)
    for part in zonecorpus.BY_HAND.glob("part.*"):
        (folder / part.name).write_text(part.read_text())
    for origin in ("everything.test", "lecun.com"):
        text = (zonecorpus.ZONES / f"db.{origin}").read_text()
        text = text.replace(
            "$INCLUDE part.included",
            "$ORIGIN inc.everything.test.\nhost A 192.0.2.13\n$ORIGIN everything.test.",
        )
        (folder / f"db.{origin}").write_text(text)
        found.append(zonecorpus.read(zonecorpus.Case(origin, origin, text.encode())))
    spelled = [names.spell(zone.origin) for zone in found]
    (folder / "named.conf").write_text(configuration("/zones", spelled))
    (folder / "local.conf").write_text(configuration(str(folder), spelled))
    (folder / "settings").write_text(json.dumps({"conf": str(folder / "local.conf")}))
    return found


def configuration(folder: str, origins: Sequence[str]) -> str:
    options = (
        f'directory "{folder}"; listen-on port {PORT} {{ any; }}; listen-on-v6 {{ none; }}; recursion no;'
    )
    more = 'pid-file none; session-keyfile "/tmp/session.key"; dnssec-validation no; empty-zones-enable no;'
    zones = "".join(f'zone "{name}" {{ type master; file "{folder}/db.{name}"; }};\n' for name in origins)
    return f"options {{ {options} {more} }};\ncontrols {{ }};\n{zones}"


@contextmanager
def served(folder: Path) -> Iterator[Address]:
    """Have the lab's DNS serve what `write` left in *folder*."""
    port = free_port()
    argv = [sys.executable, "-m", "lab.parts.fakedns", "--settings", str(folder / "settings")]
    more = ["--address", "127.0.0.1", "--port", str(port), "--log", str(folder / "log")]
    server = subprocess.Popen([*argv, *more], cwd=ROOT)
    try:
        yield "127.0.0.1", port
    finally:
        server.terminate()
        server.wait(timeout=10)


class Asked:
    """A server that is asked over TCP, many questions on one connection."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._channel = self._connected()
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._channel.close()

    def _connected(self) -> socket.socket:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                return socket.create_connection(self._address, timeout=READY_SECONDS)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def ask(self, name: names.Name, qtype: int) -> dns.message.Message:
        self._count += 1
        if self._count % PER_CONNECTION == 0:
            self._channel.close()
            self._channel = self._connected()
        packet = dns.message.make_query(dns.name.Name((*name, b"")), qtype, use_edns=False).to_wire()
        self._channel.sendall(len(packet).to_bytes(2, "big") + packet)
        size = int.from_bytes(self._read(2), "big")
        return dns.message.from_wire(self._read(size))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._channel.recv(size - len(data))
            if not more:
                raise EOFError(f"{self._address} closed the connection")
            data += more
        return data


def form(reply: dns.message.Message, qtype: int) -> tuple[object, ...]:
    """Return what of *reply* is compared."""
    answer, authority, extra = (
        sorted(
            (
                rrset.name.to_text().lower(),
                int(rrset.rdtype),
                0 if qtype == dns.rdatatype.SOA else rrset.ttl,
                text,
            )
            for rrset in section
            for text in (data.to_text().lower() for data in rrset)
        )
        for section in (reply.answer, reply.authority, reply.additional)
    )
    shown = (int(reply.rcode()), bool(reply.flags & dns.flags.AA), answer)
    return shown if answer else (*shown, authority, extra)


def questions(zone: Zone) -> Iterator[tuple[names.Name, int]]:
    """Yield every name of *zone*, one below and one beside each, and some types with those of the zone."""
    asked = {name for node in zone.nodes for name in (node, (b"below", *node), (b"beside", *node[1:]))}
    types = {int(dns.rdatatype.from_text(kind)) for kind in TYPES}
    types |= {rtype for rrsets in zone.records.values() for rtype in rrsets if rtype not in SHORTENED}
    for name in sorted(asked):
        if name[-len(zone.origin) :] == zone.origin and sum(len(label) + 1 for label in name) < 255:
            for qtype in sorted(types):
                yield name, qtype


def compare(bind: Address, ours: Address, zones: Sequence[Zone]) -> tuple[list[str], int]:
    """Return what differs, and how much was asked."""
    differing = []
    count = 0
    with Asked(bind) as theirs, Asked(ours) as own:
        for zone in zones:
            for name, qtype in questions(zone):
                count += 1
                pair = form(theirs.ask(name, qtype), qtype), form(own.ask(name, qtype), qtype)
                if pair[0] != pair[1] and not leaves(zone, pair[0]):
                    asked = f"{names.spell(name)} {dns.rdatatype.to_text(qtype)}"
                    differing.append(f"{asked}\n  bind {pair[0]}\n  ours {pair[1]}")
    return differing, count


def leaves(zone: Zone, shown: tuple[object, ...]) -> bool:
    """Tell whether an answer ends in an alias to a name outside of *zone*."""
    answer = shown[2]
    assert isinstance(answer, list)
    ends = [names.lower(names.parse(data)) for _, rtype, _, data in answer if rtype == dns.rdatatype.CNAME]
    return any(not zone.has(name) for name in ends)


def main() -> int:
    if shutil.which("named") is None:
        say("skipped: named is not installed; `apt-get install bind9`")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        zones = write(folder)
        argv = ["named", "-g", "-c", str(folder / "local.conf")]
        server = subprocess.Popen(argv, stderr=subprocess.DEVNULL)
        try:
            with served(folder) as ours:
                differing, count = compare(("127.0.0.1", PORT), ours, zones)
        finally:
            server.terminate()
            server.wait(timeout=10)
    for line in differing:
        say(line)
    say(f"{len(differing)} of {count} answers differ")
    return min(len(differing), 1)


if __name__ == "__main__":
    raise SystemExit(main())
