"""Known attempts as lines of bash, each with the row that the ledger must then have. Pure.

A line takes milliseconds, so that a pod that does ten of them lives for less than 200 ms.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

KINDS = ("tcp", "udp", "icmp", "tcp6", "udp6", "icmp6", "dns", "dns over tcp", "http", "tls")


@dataclass(frozen=True, slots=True)
class Attempt:
    """*command* is run by somebody whom the ledger must call *who*."""

    who: str
    what: str
    command: str


def attempts(who: str, count: int, numbers: Iterator[int], *, resolver: str, site: str) -> list[Attempt]:
    """Return *count* attempts of *who*, every kind in turn; no other has the same *what*."""
    return [_one(who, number, resolver, site) for number in itertools.islice(numbers, count)]


def _one(who: str, number: int, resolver: str, site: str) -> Attempt:
    """*number* makes it unique: of four addresses and a port, of an address, or of a name."""
    four, six = _four(number), f"2001:db8:1::{number:x}"
    port, name = 10000 + number, f"n{number}.complete.test"
    asked = _question(name)
    exchange = "; read -rt1 {n} -u3; exec 3>&-"
    dns = exchange.format(n="-N1")
    framed = _escaped(struct.pack("!H", len(asked)) + asked)
    text = f"GET /complete-{number} HTTP/1.0\\r\\nHost: site\\r\\n\\r\\n"
    ways = {
        "tcp": (f"{four}:{port}/tcp", f": >/dev/tcp/{four}/{port}"),
        "udp": (f"{four}:{port}/udp", f"echo x >/dev/udp/{four}/{port}"),
        "icmp": (f"{four}/icmp", f"ping -nqc1 -W1 {four}"),
        "tcp6": (f"[{six}]:{port}/tcp", f": >/dev/tcp/{six}/{port}"),
        "udp6": (f"[{six}]:{port}/udp", f"echo x >/dev/udp/{six}/{port}"),
        "icmp6": (f"[{six}]/icmpv6", f"ping -6 -nqc1 -W1 {six}"),
        "dns": (name, f"exec 3<>/dev/udp/{resolver}/53; printf '{_escaped(asked)}' >&3{dns}"),
        "dns over tcp": (name, f"exec 3<>/dev/tcp/{resolver}/53; printf '{framed}' >&3{dns}"),
        "http": (
            f"http://site/complete-{number}",
            f"exec 3<>/dev/tcp/{site}/80; printf '{text}' >&3{exchange.format(n='')}",
        ),
        "tls": (f"{four}:443/tcp", f": >/dev/tcp/{four}/443"),
    }
    what, command = ways[KINDS[number % len(KINDS)]]
    return Attempt(who, what, command)


def _four(number: int) -> str:
    """One of 500 addresses of the documentation; ICMP and TLS, every tenth each, meet none twice below 5,000."""
    index = number // len(KINDS) % 500
    return f"198.51.100.{index + 1}" if index < 250 else f"203.0.113.{index - 249}"


def _question(name: str) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack("!HHHHHH", 4711, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!HH", 1, 1)


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def script(wanted: Sequence[Attempt]) -> str:
    """Return one program for all of them; its last line is the microseconds that it took."""
    lines = "\n".join(f"{{ {one.command}; }} >/dev/null 2>&1" for one in wanted)
    return f"s=${{EPOCHREALTIME/[.,]/}}\n{lines}\necho took $((${{EPOCHREALTIME/[.,]/}}-s))\n"


@dataclass(frozen=True, slots=True)
class Score:
    """*invented*: rows of somebody's that nobody caused."""

    attempts: int
    found: int
    right: int
    invented: Sequence[str]
    missing: Sequence[str]
    wrong: Sequence[str]

    def __str__(self) -> str:
        figure = f"{self.found} of {self.attempts} found, {self.right} rightly named, {len(self.invented)} invented"
        more = [
            f"  {title}: {', '.join(rows[:40])}"
            for title, rows in (("missing", self.missing), ("wrong", self.wrong), ("invented", self.invented))
            if rows
        ]
        return "\n".join([figure, *more])


def score(wanted: Sequence[Attempt], rows: Sequence[Mapping[str, object]]) -> Score:
    """Compare: right is an attempt whose every row has the right name."""
    named: dict[str, set[str]] = {}
    for row in rows:
        named.setdefault(str(row["what"]), set()).add(str(row["who"]))
    known = {one.what for one in wanted}
    return Score(
        attempts=len(wanted),
        found=sum(one.what in named for one in wanted),
        right=sum(named.get(one.what) == {one.who} for one in wanted),
        invented=[
            f"{row['who']} {row['what']}"
            for row in rows
            if row["what"] not in known and not row["infrastructure"]
        ],
        missing=[f"{one.who} {one.what}" for one in wanted if one.what not in named],
        wrong=[
            f"{one.who} {one.what} as {', '.join(sorted(named[one.what]))}"
            for one in wanted
            if one.what in named and named[one.what] != {one.who}
        ],
    )
