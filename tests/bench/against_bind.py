"""The fake DNS against BIND, on the test zones: the same questions over TCP, every difference printed.

`python -m tests.bench.against_bind`. Left out of the comparison, because ours differs on purpose: aliases that
leave the zones (ours says what becomes of the target), the zone's own NS under positive answers, and the TTL of
the SOA when an SOA is asked for at a name that is not there.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dnslib

from tests.bench.dns import ROOT, free_port, say

ZONES = ROOT / "tests" / "data" / "zones"
TYPES = ("A", "AAAA", "NS", "MX", "TXT", "CNAME", "SOA", "SRV", "DS", "CAA", "PTR")
NAMES = (
    "", "ns", "www", "chain", "loop1", "x.wild", "y.x.wild", "*.wild", "wild", "in.wild", "x.in.wild", "deep.in.wild",
    "x.deep.in.wild", "x.alias", "a.b.c", "b.c", "c", "x.c", "sub", "ns.sub", "x.y.sub", "q\\046dot", "host.inc",
    "after", "_sip._udp", "_udp", "mail", "big", "nothing",
)  # fmt: skip
DOCUMENT = (
    "lecun.com",
    "yann.lecun.com",
    "x.lecun.com",
    "com.lecun.com",
    "lecun.com.lecun.com",
    "z.lecun.com.lecun.com",
)


def configuration(folder: Path, port: int) -> str:
    options = f'directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }}; recursion no;'
    more = f'pid-file none; session-keyfile "{folder}/key"; dnssec-validation no; check-names primary ignore;'
    zones = "\n".join(
        f'zone "{name}" {{ type master; file "{folder}/db.{name}"; }};'
        for name in ("everything.test", "lecun.com")
    )
    return f"options {{ {options} {more} }};\ncontrols {{ }};\n{zones}\n"


def ask(port: int, name: str, qtype: str) -> tuple[object, ...]:
    packet = dnslib.DNSRecord.question(name, qtype).send("127.0.0.1", port, tcp=True, timeout=3)
    reply = dnslib.DNSRecord.parse(packet)
    answer, authority, extra = (
        sorted((str(rr.rname), rr.rtype, 0 if qtype == "SOA" else rr.ttl, str(rr.rdata)) for rr in section)
        for section in (reply.rr, reply.auth, reply.ar)
    )
    shown = (reply.header.rcode, reply.header.aa, answer)
    return shown if answer else (*shown, authority, extra)


def compare(bind: int, ours: int) -> int:
    """Print what differs; return how much."""
    names = [".".join(filter(None, (name, "everything.test"))) for name in NAMES]
    count = differing = 0
    for name, qtype in itertools.product((*names, *DOCUMENT), TYPES):
        theirs, own = ask(bind, name, qtype), ask(ours, name, qtype)
        count += 1
        if theirs != own:
            differing += 1
            say(f"{name} {qtype}\n  bind {theirs}\n  ours {own}")
    say(f"{differing} of {count} answers differ")
    return differing


def main() -> int:
    if shutil.which("named") is None:
        say("skipped: named is not installed; `apt-get install bind9`")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder, ports = Path(name), (free_port(), free_port())
        for path in ZONES.iterdir():
            shutil.copy(path, folder)
        (folder / "conf").write_text(configuration(folder, ports[0]))
        (folder / "settings").write_text(json.dumps({"conf": str(folder / "conf")}))
        ours = [sys.executable, "-m", "lab.parts.fakedns", "--settings", str(folder / "settings")]
        servers = [
            subprocess.Popen(["named", "-g", "-c", str(folder / "conf")], stderr=subprocess.DEVNULL),
            subprocess.Popen(
                [*ours, "--address", "127.0.0.1", "--port", str(ports[1]), "--log", str(folder / "log")],
                cwd=ROOT,
            ),
        ]
        try:
            time.sleep(1.5)
            return min(compare(*ports), 1)
        finally:
            for server in servers:
                server.terminate()
                server.wait(timeout=10)


if __name__ == "__main__":
    raise SystemExit(main())
