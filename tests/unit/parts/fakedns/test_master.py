from __future__ import annotations

from pathlib import Path

import dnslib
import pytest
from dnslib import QTYPE
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.fakedns import names, rdata
from lab.parts.fakedns.master import read_zone
from lab.parts.fakedns.zone import Zone

DATA = Path(__file__).parents[3] / "data" / "zones"
HEAD = "$TTL 60\n@ SOA ns root 1 1 1 1 1\n@ NS ns.other.test.\n"


def include(wanted: str) -> tuple[str, str]:
    return wanted, (DATA / wanted).read_text()


def everything() -> Zone:
    text = (DATA / "db.everything.test").read_text()
    return read_zone(text, origin="everything.test", source="db", include=include)


def messages(text: str, origin: str = "x.test") -> list[str]:
    return [str(problem) for problem in read_zone(f"{HEAD}{text}\n", origin=origin, source="f").problems]


def warned(text: str) -> list[str]:
    zone = read_zone(f"{HEAD}{text}\n", origin="x.test", source="f")
    assert not zone.problems
    return [str(warning) for warning in zone.warnings + zone.advice]


def values(zone: Zone, owner: str, rtype: int) -> tuple:
    return tuple(map(rdata.packed, zone.records[names.lower(names.parse(owner))][rtype].data))


def test_the_documents_zone_loads_with_its_slips_told():
    zone = read_zone((DATA / "db.lecun.com").read_text(), origin="lecun.com", source="db.lecun.com")

    assert zone.problems == ()
    assert [str(warning) for warning in zone.warnings] == [
        (
            "db.lecun.com:11: NS names the address 10.142.18.191, read as the name 10.142.18.191.lecun.com.; "
            "name a host that has an A record"
        ),
        (
            "db.lecun.com:11: NS of lecun.com.lecun.com: 10.142.18.191.lecun.com has no address here; "
            "add its A or AAAA record, or name a host that has one"
        ),
    ]
    assert [str(advice) for advice in zone.advice] == [
        "db.lecun.com:11: 'lecun.com' has no final dot, so it is lecun.com.lecun.com.; write 'lecun.com.' or @"
    ]
    assert values(zone, "yann.lecun.com", QTYPE.A) == (bytes([10, 142, 18, 191]),)


def test_the_same_zone_without_the_slips_warns_of_nothing():
    text = (DATA / "db.lecun.com").read_text().replace("lecun.com IN      NS      10.142.18.191\n", "")

    zone = read_zone(text, origin="lecun.com", source="f")
    assert (zone.warnings, zone.advice) == ((), ())


def test_every_type_and_spelling_is_read():
    zone = everything()

    assert zone.problems == ()
    assert values(zone, "everything.test", QTYPE.TXT) == (b"\x0bv=spf1 -all\x0dsecond; piece",)
    assert values(zone, "everything.test", QTYPE.CAA) == (b"\0\x05issueca.test",)
    assert values(zone, "everything.test", QTYPE.MX)[0] == b"\0\x0a\4mail\x0aeverything\4test\0"
    assert values(zone, "_sip._udp.everything.test", QTYPE.SRV)[0][:6] == b"\0\1\0\2\x13\xc4"
    assert values(zone, "mail.everything.test", QTYPE.A) == (
        bytes([192, 0, 2, 2]),
        bytes([192, 0, 2, 3]),
    )
    assert values(zone, "host.inc.everything.test", QTYPE.A)
    assert values(zone, "after.everything.test", QTYPE.A)
    assert (b"q.dot", b"everything", b"test") in zone.records
    assert zone.soa is not None
    assert zone.soa.data[0].rname.label == (b"hostmaster.dns", b"everything", b"test")
    assert zone.records[names.parse("ns.everything.test")][QTYPE.A].ttl == 5400
    assert zone.denial is not None
    assert zone.denial.ttl == 600


def test_all_problems_come_at_once_with_their_lines():
    zone = read_zone((DATA / "db.bad.test").read_text(), origin="bad.test", source="db")
    lines = [problem.line for problem in zone.problems]

    assert sorted(lines) == [1, 5, 6, 7, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20]
    assert all(str(problem).startswith("db:") for problem in zone.problems)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a A 1.2.3", "f:4: '1.2.3' is no IPv4 address; write four numbers, as in 192.0.2.1"),
        ("a AAAA fe80::1%eth0", "f:4: 'fe80::1%eth0' is no IPv6 address; write it as in 2001:db8::1"),
        ("a MX mail", "f:4: MX takes `preference name`, seen `mail`"),
        ("a MX x mail", "f:4: preference is 'x'; write a number from 0 to 65535"),
        ("a A", "f:4: A takes `address`, seen `nothing`"),
        ("a TXT", 'f:4: TXT takes `"text" ...`, seen nothing'),
        ("a TXT " + "x" * 256, "f:4: text of 256 bytes; cut it into quoted pieces of at most 255"),
        ("a CAA 0 is-sue x", "f:4: tag is 'is-sue'; write letters and digits, as in issue"),
        ("a 99999999999 A 192.0.2.1", "f:4: '99999999999' is more than 2147483647 seconds"),
        ("x" * 64 + " A 192.0.2.1", "f:4: label of 64 bytes; the limit is 63"),
        (".".join(["x" * 60] * 5) + " A 192.0.2.1", "f:4: name of 313 bytes; the limit is 255"),
        ("bücher A 192.0.2.1", "f:4: b\\195\\188cher.x.test is no host name, and has A records; "),
        ("*.a NS b", "f:4: NS of *.a.x.test; a wildcard delegates nothing"),
        ("a_b A 192.0.2.1", "f:4: a_b.x.test is no host name, and has A records; a host's name has letters,"),
        ("a MX 1 b_c", "f:4: MX names b_c.x.test, which is no host name; a host's name has letters,"),
        ("@ NS ns1", "f:4: NS ns1.x.test has no address here; add its A or AAAA record"),
        ("a SSHFP 4 2 abc", "f:4: SSHFP: "),
        ("a TYPE65280 \\# 3 0102", "f:4: TYPE65280: 2 bytes stand behind `\\#`, and 3 is said; write 2"),
        ("$GENERATE 3-1 a$ A 192.0.2.$", "f:4: $GENERATE over '3-1'; write a range as in 1-20"),
        ("$GENERATE 1-2 a$ MX 10 b", "f:4: $GENERATE with 2 words of data; write one, in quotes"),
        ("$GENERATE 1-2 a${0,3,q} A 192.0.2.1", "f:4: '${0,3,q}' in $GENERATE; write ${offset,width,base}"),
        ("a\\999 A 192.0.2.1", "f:4: '\\999' is no escape; write a backslash and three digits, 000 to 255"),
        ("$TTL", "f:4: $TTL with 0 words; write one behind it"),
        ("$INCLUDE x", "f:4: $INCLUDE x: files are not read here; put its records in this file"),
        ("b.x.test. SOA ns root 1 1 1 1 1", "f:4: SOA of b.x.test; the zone's only SOA belongs to x.test"),
        ("@ SOA ns root 2 1 1 1 1", "f:4: second SOA of x.test; keep one"),
        ("c CNAME a\nc CNAME b", "f:5: second CNAME of c.x.test; keep one"),
        ("c CNAME a\nc TXT b", "f:5: c.x.test has a CNAME and also TXT; a CNAME stands alone"),
        ("a IN IN A 192.0.2.1", "f:4: 'IN' stands where a record type should, such as A"),
        ("a A 192.0.2.1 )", "f:4: ')' without '('; remove it"),
    ],
)
def test_a_bad_record_is_one_problem_that_says_what_to_do(text, told):
    seen = messages(text)

    assert len(seen) == 1
    assert seen[0].startswith(told)


def test_a_zone_without_soa_or_ns_is_refused_as_bind_refuses_it():
    zone = read_zone("a 60 A 192.0.2.1\n", origin="x.test", source="f")

    assert [str(problem) for problem in zone.problems] == [
        "f:1: x.test has no SOA record; add `@ SOA ...`",
        "f:1: x.test has no NS record; add `@ NS localhost.`",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a.other.test. A 192.0.2.1", "f:4: a.other.test is outside of the zone; the record is left out"),
        ("a A 192.0.2.1\na A 192.0.2.1", "f:5: a.x.test A stands here a second time; remove one"),
        ("@ CAA 0 issue a\n@ CAA 0 issue a", "f:5: x.test CAA stands here a second time; remove one"),
        (
            "a 5 A 192.0.2.1\na 6 A 192.0.2.2",
            "f:5: a.x.test A has TTL 6, and 5 above; the one above is used, write one",
        ),
        (
            "a CNAME b.x.test",
            "f:4: 'b.x.test' has no final dot, so it is b.x.test.x.test.; write 'b.x.test.'",
        ),
        (
            "a 5 A 192.0.2.1\nb A 192.0.2.1\na 6 A 192.0.2.2",
            "f:6: a.x.test A has TTL 6, and 5 above; this one is",
        ),
        ("a MX 1 b", "f:4: MX of a.x.test: b.x.test has no address here; add"),
        ("_a SRV 1 1 1 b\nb CNAME a.b.", "f:4: SRV of _a.x.test: b.x.test is a CNAME; name the host"),
        ("s NS ns.s", "f:4: NS of s.x.test: ns.s.x.test has no address here, and lies in a delegation; add"),
        ("a.*.b TXT x", "f:4: a.*.b.x.test has a * that is not its first part"),
        ("a SPF x", "f:4: SPF of a.x.test without the same as TXT"),
        ("a CNAME a", "f:4: CNAME of a.x.test leads back to itself"),
        (
            "a MX 1 192.0.2.1.",
            "f:4: MX names the address 192.0.2.1., read as the name 192.0.2.1.; name a host",
        ),
    ],
)
def test_a_slip_is_one_warning(text, told):
    seen = warned(text)

    assert len(seen) == 1
    assert seen[0].startswith(told)


@pytest.mark.parametrize(
    "text",
    [
        "a CNAME b.x.test.",
        "@ CAA 0 issue a\n@ CAA 0 issue b",
        "a A 192.0.2.1\na A 192.0.2.2",
        "www.x A 192.0.2.1",
        "a (A (192.0.2.1))",
        "$ORIGIN .\na.x.test A 192.0.2.1",
        "a MX 0 .",
        "a MX 1 out.other.test.",
    ],
)
def test_what_is_right_is_not_warned_of(text):
    assert warned(text) == []


@pytest.mark.parametrize(
    ("ttls", "seconds"),
    [("0", 0), ("90", 90), ("1h30m", 5400), ("1W2D3h4M5S", 788645), ("2147483647", 2**31 - 1)],
)
def test_times_may_have_units(ttls, seconds):
    zone = read_zone(HEAD + f"a {ttls} IN A 192.0.2.1\nb IN {ttls} A 192.0.2.1", origin="x.test", source="f")

    assert [zone.records[(owner, b"x", b"test")][QTYPE.A].ttl for owner in (b"a", b"b")] == [seconds, seconds]


def test_without_a_default_ttl_the_soas_minimum_is_it():
    text = "@ SOA ns root 1 1 1 1 77\n@ NS ns.other.test.\na 5 A 192.0.2.1\nb A 192.0.2.1\n"
    zone = read_zone(text, origin="x.test", source="f")

    assert zone.problems == ()
    assert zone.records[(b"x", b"test")][QTYPE.NS].ttl == 77
    assert zone.records[(b"b", b"x", b"test")][QTYPE.A].ttl == 77
    assert zone.records[(b"a", b"x", b"test")][QTYPE.A].ttl == 5


def test_the_last_ttl_holds_where_there_is_neither_a_default_nor_a_soa_above():
    zone = read_zone("@ 5 NS a.b.\n@ SOA ns root 1 1 1 1 1\n", origin="x.test", source="f")

    assert zone.soa is not None
    assert zone.soa.ttl == 5
    assert [warning.line for warning in zone.warnings] == [2]


def test_with_no_ttl_to_be_had_the_file_is_told_so():
    zone = read_zone("@ NS a.b.\n@ SOA ns root 1 1 1 1 1\n", origin="x.test", source="f")

    assert str(zone.problems[0]) == "f:1: no TTL is known here; put `$TTL 604800` at the top of the file"


def test_windows_line_ends_do_no_harm_and_a_byte_order_mark_is_named():
    assert read_zone(HEAD.replace("\n", "\r\n"), origin="x.test", source="f").problems == ()
    (problem,) = read_zone("\ufeff" + HEAD, origin="x.test", source="f").problems
    assert str(problem).startswith("f:1: a byte order mark, which BIND takes")


def test_an_include_of_itself_is_refused():
    zone = read_zone(
        HEAD + "$INCLUDE f", origin="x.test", source="f", include=lambda _: ("f", "$INCLUDE f\n")
    )

    assert "that file is being read already" in str(zone.problems[0])


def test_an_included_file_leaves_origin_and_owner_as_they_were():
    text = HEAD + "a A 192.0.2.1\n$INCLUDE g\n  TXT here\n"
    zone = read_zone(
        text, origin="x.test", source="f", include=lambda _: ("g", "$ORIGIN y.x.test.\nb A 192.0.2.2\n")
    )

    assert set(zone.records) == {
        (b"x", b"test"), (b"a", b"x", b"test"), (b"b", b"y", b"x", b"test"),
    }  # fmt: skip
    assert QTYPE.TXT in zone.records[(b"a", b"x", b"test")]


def test_a_bad_zone_name_is_a_problem_and_no_exception():
    assert read_zone(HEAD, origin="a..b", source="f").problems


@given(st.text(alphabet=' \t\n();"\\$@.*0123456789aAINSOTXMCEV:-', max_size=200))
def test_no_text_makes_the_reader_raise(text):
    read_zone(text, origin="x.test", source="f")
    read_zone(HEAD + text, origin="x.test", source="f")


@given(st.text(max_size=80))
def test_not_even_any_text(text):
    read_zone(HEAD + text, origin="x.test", source="f")


@given(st.lists(st.binary(min_size=1, max_size=63), max_size=3))
def test_names_read_back_as_spelled(labels):
    name = tuple(labels)

    assert names.parse(names.spell(name)) == name


def test_dnslib_reads_the_same_from_the_plain_part_of_a_zone():
    text = HEAD + 'a 5 A 192.0.2.1\nm MX 10 a\nt TXT "x y" z\ns SRV 1 2 3 a\n'
    zone = read_zone(text, origin="x.test", source="f")
    theirs = {(str(rr.rname), rr.rtype) for rr in dnslib.RR.fromZone(text, origin="x.test.")}
    ours = {(names.spell(owner) + ".", rtype) for owner, rrsets in zone.records.items() for rtype in rrsets}

    assert ours == theirs
