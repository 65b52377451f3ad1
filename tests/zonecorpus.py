"""Zones to hold the lab's reader to BIND's, and BIND's verdicts on them, which `python -m tests.zonecorpus` records.

`tests/data/zones/byhand` has one of everything; the others are made of pieces by a seeded generator, and then
mutated. The command needs Debian's `named-checkzone` (bind9-utils) of BIND 9.18; a docker test asks the same anew.
"""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.name
import dns.zone

from lab.parts.fakedns.master import read_zone
from lab.parts.fakedns.zone import Zone

ZONES = Path(__file__).parent / "data" / "zones"
BY_HAND = ZONES / "byhand"
VERDICTS = ZONES / "verdicts.json"
GENERATED = 600
CHECK = ("named-checkzone", "-k", "fail", "-i", "local", "-D")
"""`-k fail -i local` is what `named` itself does with its defaults; `-D` prints what was loaded."""
_NOISE = ("OK", ": loaded serial", "DNSSEC signed")
_TTLS = ("", "", "", "300 ", "1h ", "IN ", "IN 5 ", "5 IN ", "0 ", "2147483648 ", "1h1h ", "CH ", "-1 ")
_OWNERS = (
    "ns1", "ns2", "www", "www", "mail", "a", "b", "sub", "ns.sub", "x.sub", "*", "*.w", "in.w", "*.sub", "a_b", "_t._tcp",
    "@", "d", "x.d", "NS1", "x.test.", "www.x.test", "other.test.", "-a", "a-", "x.*.y", "gc._msdcs", "1", "\\065b", "",
)  # fmt: skip
_NAMES = (
    "ns1", "ns2", "www", "mail", "a", "b", "ns.sub", "sub", "x.w", "x.d", "d", "nothere", ".", "out.other.test.", "a_b",
    "192.0.2.7", "192.0.2.7.", "x.test.", "*.w", "e.f", "ns1.x.test", "@", "a..b", "under_score.other.test.",
)  # fmt: skip
_DATA: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("A", ("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.256", "192.0.2", "\\# 4 C0000209")),
    ("AAAA", ("2001:db8::1", "2001:db8::2", "::ffff:192.0.2.1", "2001:db8:::1", "192.0.2.1")),
    ("TXT", ('"a b"', "plain", '"a" "b"', '"v=spf1 -all"', '"\\"q\\""', '""', '"open')),
    ("SPF", ('"v=spf1 -all"',)),
    ("CAA", ('0 issue "ca.test"', "0 issue ca.test", '256 issue "x"', "0 issue")),
    ("HINFO", ('"PC" "Linux"', "PC Linux", '"PC"')),
    ("SSHFP", ("1 1 " + "00" * 20, "4 2 " + "ab" * 32, "1 1 00", "4 2")),
    ("TLSA", ("3 1 1 " + "00" * 32, "3 1 1 0", "3 1 1")),
    ("DS", ("12345 8 2 " + "00" * 32, "1 5 1 " + "00" * 20, "1 8 2 00")),
    ("URI", ('0 1 "https://x.test/"', "0 1 plain")),
    ("NAPTR", ('1 1 "u" "s" "!^.*$!x!" .', '1 1 "u" "s" "" a', '1 1 "u" "s" "!x" .')),
    ("LOC", ("52 22 23.000 N 4 53 32.000 E -2.00m", "95 N 1 E 0")),
    ("HTTPS", ("1 . alpn=h2", '1 . alpn="h2,h3" port=1', "0 a", "1 . no-default-alpn")),
    ("SVCB", ("1 a port=53", "1 . key65000=x", "1 . port=x")),
    ("TYPE65300", ("\\# 2 0102", "\\# 0", "\\# 3 0102", "x")),
    ("DNSKEY", ("256 3 8 AwEAAQ==", "256 3 8")),
    ("NSEC", ("a A RRSIG", "@ A FOO")),
    ("FOO", ("bar",)),
)


@dataclass(frozen=True)
class Case:
    name: str
    origin: str
    data: bytes

    @property
    def text(self) -> str:
        """The zone as the lab reads it."""
        return self.data.decode("utf-8", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Verdict:
    """*word* is refused, warned or clean; *lines* are BIND's; *loaded* is a digest of the zone's records,

    empty where BIND loads none, or one of a type that dnspython does not read.
    """

    word: str
    lines: tuple[str, ...]
    loaded: str


def cases() -> Iterator[Case]:
    for path in sorted(BY_HAND.glob("*.zone")):
        first, _, _ = path.read_bytes().partition(b"\n")
        origin = first.removeprefix(b"; origin: ").decode() if first.startswith(b"; origin: ") else "x.test"
        yield Case(path.stem, origin, path.read_bytes())
    for seed in range(GENERATED):
        chance = random.Random(seed)  # noqa: S311  # the same zones on each machine
        yield Case(f"made-{seed:03}", "x.test", _made(chance).encode())


def _made(chance: random.Random) -> str:
    lines = [
        "$TTL 60",
        "@ SOA ns1 root 1 1h 15m 1w 5m",
        f"@ NS {chance.choice(('ns1', 'ns1', 'ns1', 'ns1', 'ns.other.test.', 'ns.sub', 'ns2'))}",
        "ns1 A 192.0.2.1",
    ]
    lines += [_record(chance, wild=chance.random() < 0.08) for _ in range(chance.randint(1, 6))]
    for _ in range(chance.choice((0, 0, 0, 0, 1, 2))):
        lines = chance.choice(_MUTATIONS)(chance, lines)
    return "\n".join(lines) + "\n"


def _record(chance: random.Random, *, wild: bool) -> str:
    """Return a record; those that are not *wild* are mostly such as load."""
    owner = chance.choice(_OWNERS if wild else _OWNERS[:19])
    name = chance.choice(_NAMES if wild else _NAMES[:14])
    ttl = chance.choice(_TTLS if wild else _TTLS[:8])
    kind = chance.choice(("data", "data", "NS", "CNAME", "MX", "SRV", "DNAME", "PTR", "generate"))
    match kind:
        case "data":
            kind, values = chance.choice(_DATA[:-1] if not wild else _DATA)
            return f"{owner} {ttl}{kind} {chance.choice(values) if wild else values[0]}"
        case "NS" if not wild:
            return f"{chance.choice(('sub', 'del.sub', 'other'))} {ttl}NS {name}"
        case "MX":
            return f"{owner} {ttl}MX {chance.randint(0, 20)} {name}"
        case "SRV":
            return f"_t._tcp {ttl}SRV 0 5 {chance.choice((80, 443, 70000 if wild else 88))} {name}"
        case "generate":
            span = chance.choice(("1-3", "0-9/3", "3-1" if wild else "5-6", "1-2/0" if wild else "8-8"))
            left = chance.choice(("h$", "h${0,3,d}", "${1,0,x}-h", "h_$", "h$.sub", "h${0,2,n}x"))
            right = chance.choice(("A 192.0.2.$", "CNAME h$", "TXT $$-$", "PTR h$.other.test.", "MX 10"))
            return f"$GENERATE {span} {left} {ttl if 'IN' not in ttl or wild else ''}{right}"
        case _:
            return f"{owner} {ttl}{kind} {name}"


def _drop(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    return lines[:at] + lines[at + 1 :]


def _twice(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    return [*lines, lines[at]]


def _swap(chance: random.Random, lines: list[str]) -> list[str]:
    return chance.sample(lines, len(lines))


def _character(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    line = lines[at]
    place = chance.randrange(len(line) + 1)
    return [*lines[:at], line[:place] + chance.choice('()";\\ .$@_*-0A') + line[place:], *lines[at + 1 :]]


def _cut(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines))
    line = lines[at]
    return [*lines[:at], line[: chance.randrange(len(line) + 1)], *lines[at + 1 :]]


def _directive(chance: random.Random, lines: list[str]) -> list[str]:
    at = chance.randrange(len(lines) + 1)
    words = (
        "$ORIGIN sub",
        "$ORIGIN x.test.",
        "$ORIGIN .",
        "$TTL 1h",
        "$TTL",
        "$ORIGIN a..b",
        "$TTL x",
        "  A 192.0.2.8",
    )
    return [*lines[:at], chance.choice(words), *lines[at:]]


def _spread(chance: random.Random, lines: list[str]) -> list[str]:
    """Put a record in parentheses over several lines."""
    at = chance.randrange(len(lines))
    words = lines[at].split(" ")
    if len(words) < 3 or '"' in lines[at] or lines[at].startswith("$"):
        return lines
    middle = chance.randint(1, len(words) - 1)
    spread = " ".join([*words[:middle], "(", *words[middle:-1]]) + f" ; comment )\n  {words[-1]} )"
    return [*lines[:at], spread, *lines[at + 1 :]]


_MUTATIONS: tuple[Callable[[random.Random, list[str]], list[str]], ...] = (
    _drop, _twice, _swap, _character, _cut, _directive, _spread,
)  # fmt: skip


def include(wanted: str) -> tuple[str, str]:
    return wanted, (BY_HAND / wanted).read_text()


def read(case: Case) -> Zone:
    """Read *case* with the lab's own reader."""
    return read_zone(case.text, origin=case.origin, source=case.name, include=include)


def word(zone: Zone) -> str:
    return "refused" if zone.problems else "warned" if zone.warnings else "clean"


def judged(case: Case, exit_code: int, printed: str, complaints: str) -> Verdict:
    """Make a verdict of what `CHECK` printed, the zone, and said, its complaints."""
    lines = tuple(line for line in complaints.splitlines() if not any(noise in line for noise in _NOISE))
    if exit_code:
        return Verdict("refused", lines, "")
    records = loaded(case, printed)
    return Verdict("warned" if lines else "clean", lines, digest(records) if records else "")


def loaded(case: Case, printed: str) -> list[str]:
    """Return the records of BIND's print of a zone: owner, TTL, type and data."""
    origin = dns.name.from_text(case.origin)
    try:
        zone = dns.zone.from_text(printed, origin, relativize=False, check_origin=False)
    except dns.exception.DNSException:
        return []  # a type that dnspython does not read
    return sorted(
        f"{_form(owner.labels[:-1])} {rdataset.ttl} {int(rdataset.rdtype)} {rdata.to_wire().lower().hex()}"
        for owner, rdataset in zone.iterate_rdatasets()
        for rdata in rdataset
    )


def own(zone: Zone) -> list[str]:
    """Return the same of a zone that the lab has read."""
    from lab.parts.fakedns.rdata import packed  # noqa: PLC0415

    return sorted(
        f"{_form(rrset.owner)} {rrset.ttl} {rrset.rtype} {packed(data).lower().hex()}"
        for rrsets in zone.records.values()
        for rrset in rrsets.values()
        for data in rrset.data
    )


def _form(labels: tuple[bytes, ...]) -> str:
    return ".".join(label.lower().hex() for label in labels)


def digest(records: list[str]) -> str:
    return hashlib.sha256("\n".join(records).encode()).hexdigest()[:16]


def recorded() -> dict[str, Verdict]:
    """Return the verdicts by the case's name and content."""
    document = json.loads(VERDICTS.read_text())
    return {key: Verdict(word, tuple(lines), loaded) for key, (word, lines, loaded) in document.items()}


def key(case: Case) -> str:
    return f"{case.name} {hashlib.sha256(case.data).hexdigest()[:12]}"


def ask(folder: Path, case: Case) -> Verdict:
    """Ask this machine's `named-checkzone`; *folder* has the zones and what they include."""
    argv = [*CHECK, case.origin, f"{case.name}.zone"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False, timeout=30)
    return judged(
        case, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def write(folder: Path) -> None:
    """Write the zones, and what they include, to *folder*."""
    for case in cases():
        (folder / f"{case.name}.zone").write_bytes(case.data)
    for part in BY_HAND.glob("part.*"):
        (folder / part.name).write_bytes(part.read_bytes())


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name))
        verdicts = {key(case): ask(Path(name), case) for case in cases()}
    lines = (f"{json.dumps(key)}: {json.dumps([v.word, v.lines, v.loaded])}" for key, v in verdicts.items())
    VERDICTS.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
