"""Packets in, packets out; dnslib reads every reply, so that ours is not judged by itself."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import dnslib
import pytest
from dnslib import RCODE
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.fakedns import responder as responder_module
from lab.parts.fakedns.lookup import Answer
from lab.parts.fakedns.master import read_zone
from lab.parts.fakedns.responder import Responder
from lab.parts.fakedns.settings import Settings
from lab.parts.fakedns.world import World, pointers_of

DATA = Path(__file__).parents[3] / "data" / "zones"
SETTINGS = Settings(
    hosts={
        (b"node-1",): (ip_address("10.142.18.3"),),
        (b"site",): (ip_address("10.142.18.191"), ip_address("2001:db8::191")),
        (b"alias",): (ip_address("10.142.18.191"),),
    },
    delegates=frozenset({(b"lab-control-plane",)}),
    sinkhole=IPv4Address("10.142.18.190"),
)


class FakeDelegate:
    """Knows one node, and counts how often it was asked."""

    def __init__(self):
        self.asked = []
        self.answers = {}

    def known(self, name):
        return self.answers.get(name)

    def ask(self, name):
        self.asked.append(name)
        return Answer(RCODE.NXDOMAIN, "delegate")


def world(settings=SETTINGS):
    zones = {}
    for origin in ("everything.test", "lecun.com"):
        text = (DATA / f"db.{origin}").read_text()
        zone = read_zone(
            text, origin=origin, source=origin, include=lambda name: (name, (DATA / name).read_text())
        )
        assert not zone.problems
        zones[zone.origin] = zone
    return World(settings, zones, frozenset({(b"broken", b"test")}), pointers_of(settings))


WORLD = world()
RESPONDER = Responder(WORLD, FakeDelegate(), now=lambda: "now")
OBSERVER = Responder(
    replace(WORLD, settings=replace(SETTINGS, mode="observe")), FakeDelegate(), now=lambda: "now"
)


def exchange(packet, *, responder=RESPONDER, tcp=False):
    reply = responder.respond(bytes(packet), "192.0.2.77", tcp=tcp, wait=True)
    return reply.packet, json.loads(reply.line)


def ask(name, qtype="A", *, responder=RESPONDER):
    packet, line = exchange(dnslib.DNSRecord.question(name, qtype).pack(), responder=responder)
    return dnslib.DNSRecord.parse(packet), line


def shown(records):
    return [f"{rr.rname} {dnslib.QTYPE[rr.rtype]} {rr.rdata}" for rr in records]


def rcode(reply):
    return dnslib.RCODE[reply.header.rcode]


SOA = "everything.test. SOA ns.everything.test. hostmaster\\046dns.everything.test."


@pytest.mark.parametrize(
    ("name", "qtype", "answers"),
    [
        ("yann.lecun.com", "A", ["yann.lecun.com. A 10.142.18.191"]),
        ("ns.everything.test", "AAAA", ["ns.everything.test. AAAA 2001:db8::1"]),
        ("everything.test", "TXT", ['everything.test. TXT "v=spf1 -all","second; piece"']),
        ("everything.test", "CAA", ['everything.test. CAA 0 issue "ca.test"']),
        (
            "everything.test",
            "MX",
            ["everything.test. MX 10 mail.everything.test.", "everything.test. MX 20 backup.elsewhere.test."],
        ),
        ("_sip._udp.everything.test", "SRV", ["_sip._udp.everything.test. SRV 1 2 5060 ns.everything.test."]),
        ("www.everything.test", "CNAME", ["www.everything.test. CNAME ns.everything.test."]),
        (
            "chain.everything.test",
            "A",
            [
                "chain.everything.test. CNAME www.everything.test.",
                "www.everything.test. CNAME ns.everything.test.",
                "ns.everything.test. A 192.0.2.1",
            ],
        ),
        ("x.wild.everything.test", "A", ["x.wild.everything.test. A 192.0.2.9"]),
        ("y.x.wild.everything.test", "A", ["y.x.wild.everything.test. A 192.0.2.9"]),
        ("*.wild.everything.test", "A", ["*.wild.everything.test. A 192.0.2.9"]),
        (
            "x.alias.everything.test",
            "A",
            ["x.alias.everything.test. CNAME ns.everything.test.", "ns.everything.test. A 192.0.2.1"],
        ),
        ("ns.everything.test", "ANY", ["ns.everything.test. A 192.0.2.1"]),
    ],
)
def test_an_existing_record_is_answered_with_authority(name, qtype, answers):
    reply, line = ask(name, qtype)

    assert rcode(reply) == "NOERROR"
    assert reply.header.aa == 1
    assert shown(reply.rr) == answers
    assert line == {
        "time": "now", "peer": "192.0.2.77", "asker": "192.0.2.77", "name": name, "type": qtype,
        "rcode": "NOERROR", "kind": "zone", "transport": "udp",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "qtype", "status"),
    [
        ("nothing.everything.test", "A", "NXDOMAIN"),
        ("x.ns.everything.test", "A", "NXDOMAIN"),
        ("b.c.everything.test", "A", "NOERROR"),  # empty non-terminals
        ("c.everything.test", "ANY", "NOERROR"),
        ("in.wild.everything.test", "A", "NOERROR"),  # exists, so the wildcard does not reach it (RFC 4592)
        ("x.in.wild.everything.test", "A", "NXDOMAIN"),
        ("x.deep.in.wild.everything.test", "A", "NXDOMAIN"),
        ("deep.in.wild.everything.test", "TXT", "NOERROR"),
        ("ns.everything.test", "MX", "NOERROR"),
        ("x.wild.everything.test", "MX", "NOERROR"),
        ("www.everything.test", "MX", "NOERROR"),
        ("sub.everything.test", "DS", "NOERROR"),
    ],
)
def test_what_is_not_there_is_denied_with_the_zones_soa(name, qtype, status):
    reply, _ = ask(name, qtype)

    assert rcode(reply) == status
    assert reply.header.aa == 1
    assert [rr for rr in shown(reply.rr) if "CNAME" not in rr] == []
    assert [rr.ttl for rr in reply.auth] == [600]
    assert shown(reply.auth)[0].startswith("everything.test. SOA ")


@pytest.mark.parametrize(
    "name", ["sub.everything.test", "below.sub.everything.test", "no.where.sub.everything.test"]
)
def test_a_delegation_is_a_referral_with_glue(name):
    reply, _ = ask(name)

    assert rcode(reply) == "NOERROR"
    assert (reply.header.aa, reply.rr) == (0, [])
    assert shown(reply.auth) == ["sub.everything.test. NS ns.sub.everything.test."]
    assert shown(reply.ar) == ["ns.sub.everything.test. A 192.0.2.53"]


def test_aliases_in_a_circle_are_a_failure_that_shows_the_circle():
    reply, _ = ask("loop1.everything.test")

    assert rcode(reply) == "SERVFAIL"
    assert shown(reply.rr) == [
        "loop1.everything.test. CNAME loop2.everything.test.",
        "loop2.everything.test. CNAME loop1.everything.test.",
    ]


def test_the_documents_relative_owner_is_a_delegation_as_bind_reads_it():
    reply, _ = ask("x.lecun.com.lecun.com")

    assert shown(reply.auth) == ["lecun.com.lecun.com. NS 10.142.18.191.lecun.com."]


def test_addresses_of_targets_come_along():
    reply, _ = ask("everything.test", "MX")

    assert shown(reply.ar) == ["mail.everything.test. A 192.0.2.2", "mail.everything.test. A 192.0.2.3"]


def test_an_alias_out_of_our_zones_ends_in_the_denial_of_its_target():
    reply, line = ask("out.everything.test")

    assert rcode(reply) == "NXDOMAIN"
    assert shown(reply.rr) == ["out.everything.test. CNAME somewhere.else.test."]
    assert line["kind"] == "zone"


def test_an_alias_out_of_our_zones_leads_to_the_sinkhole_when_observing():
    reply, _ = ask("out.everything.test", responder=OBSERVER)

    assert shown(reply.rr)[1:] == ["somewhere.else.test. A 10.142.18.190"]


def test_an_alias_to_a_host_of_the_lab_gives_its_address():
    reply, _ = ask("tohost.everything.test")

    assert shown(reply.rr) == ["tohost.everything.test. CNAME node-1.", "node-1. A 10.142.18.3"]


@pytest.mark.parametrize(
    ("name", "qtype", "answers"),
    [
        ("node-1", "A", ["node-1. A 10.142.18.3"]),
        ("NODE-1", "A", ["NODE-1. A 10.142.18.3"]),
        ("node-1", "AAAA", []),
        ("node-1", "MX", []),
        ("site", "AAAA", ["site. AAAA 2001:db8::191"]),
        ("191.18.142.10.in-addr.arpa", "A", []),
        (
            "191.18.142.10.in-addr.arpa",
            "PTR",
            ["191.18.142.10.in-addr.arpa. PTR site.", "191.18.142.10.in-addr.arpa. PTR alias."],
        ),
    ],
)
def test_hosts_have_their_address_and_its_reverse(name, qtype, answers):
    reply, line = ask(name, qtype)

    assert (rcode(reply), shown(reply.rr), line["kind"]) == ("NOERROR", answers, "host")


@pytest.mark.parametrize(
    "name",
    ["outside.test", "x.node-1", "9.18.142.10.in-addr.arpa", "com", "kubernetes.default.svc.cluster.local"],
)
@pytest.mark.parametrize("qtype", ["A", "AAAA", "PTR", "HTTPS", "ANY"])
def test_all_else_is_denied(name, qtype):
    reply, line = ask(name, qtype)

    assert (rcode(reply), reply.rr, reply.auth, reply.header.aa) == ("NXDOMAIN", [], [], 0)
    assert (line["kind"], line["rcode"]) == ("unknown", "NXDOMAIN")


def test_when_observing_an_unknown_name_has_the_sinkholes_address_for_a_second():
    reply, line = ask("outside.test", responder=OBSERVER)

    assert shown(reply.rr) == ["outside.test. A 10.142.18.190"]
    assert [rr.ttl for rr in reply.rr] == [1]
    assert line["kind"] == "unknown"


@pytest.mark.parametrize(
    ("name", "qtype", "status"),
    [
        ("outside.test", "AAAA", "NOERROR"),
        ("4.3.2.1.in-addr.arpa", "PTR", "NXDOMAIN"),
        ("statsd-sink", "A", "NXDOMAIN"),  # a Service that has gone, tried without a search domain
        ("statsd-sink", "AAAA", "NXDOMAIN"),
        (".", "A", "NXDOMAIN"),
        ("x.lecun.com", "A", "NXDOMAIN"),
    ],
)
def test_when_observing_only_addresses_are_made_up_and_zones_still_deny(name, qtype, status):
    reply, _ = ask(name, qtype, responder=OBSERVER)

    assert (rcode(reply), reply.rr) == (status, [])


def test_a_bare_name_is_in_the_log_when_observing_and_hosts_have_theirs():
    _, line = ask("statsd-sink", responder=OBSERVER)

    assert (line["name"], line["rcode"], line["kind"]) == ("statsd-sink", "NXDOMAIN", "unknown")
    assert shown(ask("node-1", responder=OBSERVER)[0].rr) == ["node-1. A 10.142.18.3"]


def test_a_zone_that_could_not_be_read_fails_and_is_not_denied():
    assert rcode(ask("a.broken.test")[0]) == "SERVFAIL"
    assert rcode(ask("a.notbroken.test")[0]) == "NXDOMAIN"


def test_delegates_are_asked_for_a_alone_and_only_when_waiting_is_allowed():
    delegate = FakeDelegate()
    responder = Responder(WORLD, delegate)
    question = dnslib.DNSRecord.question("Lab-Control-Plane", "A").pack()

    assert responder.respond(bytes(question), "p", tcp=False, wait=False) is None
    assert rcode(ask("lab-control-plane", "AAAA", responder=responder)[0]) == "NOERROR"
    assert delegate.asked == []
    assert ask("lab-control-plane", responder=responder)[1]["kind"] == "delegate"
    assert ask("lab-control-plane.outside.test", responder=responder)[1]["kind"] == "unknown"
    assert delegate.asked == [(b"lab-control-plane",)]


def test_an_overloaded_delegate_is_a_failure_with_its_line():
    packet = dnslib.DNSRecord.question("lab-control-plane").pack()
    reply = RESPONDER.overload(bytes(packet), "p", tcp=False)

    assert rcode(dnslib.DNSRecord.parse(reply.packet)) == "SERVFAIL"
    assert json.loads(reply.line)["kind"] == "delegate"


def test_id_and_the_questions_case_come_back_as_sent_from_the_cache_too():
    for ident, name in ((1, "YaNn.LeCuN.cOm"), (2, "yann.lecun.com"), (3, "YANN.LECUN.COM")):
        query = dnslib.DNSRecord(dnslib.DNSHeader(id=ident, rd=1), q=dnslib.DNSQuestion(name))
        reply = dnslib.DNSRecord.parse(exchange(query.pack())[0])

        assert (reply.header.id, reply.q.qname.label) == (ident, tuple(name.encode().split(b".")))
        assert reply.rr[0].rname.label == tuple(name.encode().split(b"."))


def test_a_kept_answer_is_logged_for_whoever_asks_this_time():
    responder = Responder(WORLD, FakeDelegate(), now=lambda: "now")
    first, second = ([(65518, bytes([10, 244, 1, last]))] for last in (7, 8))
    askers = [
        exchange(edns_query("yann.lecun.com", options=options), responder=responder)[1]["asker"]
        for options in (first, second, first)
    ]
    plain = bytes(dnslib.DNSRecord.question("yann.lecun.com").pack())
    peers = [
        json.loads(responder.respond(plain, peer, tcp=False, wait=False).line)["asker"] for peer in ("p", "q")
    ]

    assert askers == ["10.244.1.7", "10.244.1.8", "10.244.1.7"]
    assert peers == ["p", "q"]


def test_no_more_answers_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(responder_module, "KEPT_ANSWERS", 3)
    responder = Responder(WORLD, FakeDelegate())
    sizes = []
    for number in range(5):
        assert rcode(ask(f"n{number}.test", responder=responder)[0]) == "NXDOMAIN"
        sizes.append(len(responder._cache))

    assert sizes == [1, 2, 3, 1, 2]


def test_a_query_with_a_pointer_in_it_is_refused():
    query = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 1) + b"\1a\0\0\1\0\1"
    record = struct.pack("!HHIH", 1, 1, 0, 4) + bytes(4)

    assert exchange(query + b"\0" + record)[1]["rcode"] == "NXDOMAIN"
    assert exchange(query + b"\xc0\x0c" + record)[1]["rcode"] == "FORMERR"


@pytest.mark.parametrize("rd", [0, 1])
def test_rd_is_copied_and_ra_is_set(rd):
    query = dnslib.DNSRecord(dnslib.DNSHeader(rd=rd), q=dnslib.DNSQuestion("yann.lecun.com"))
    reply = dnslib.DNSRecord.parse(exchange(query.pack())[0])

    assert (reply.header.qr, reply.header.rd, reply.header.ra) == (1, rd, 1)


def edns_query(name, *, qtype="A", size=4096, version=0, flags="", options=()):
    query = dnslib.DNSRecord.question(name, qtype)
    query.add_ar(
        dnslib.EDNS0(
            version=version,
            udp_len=size,
            flags=flags,
            opts=[dnslib.EDNSOption(*option) for option in options],
        )
    )
    return query.pack()


def test_edns_is_answered_with_our_size_and_the_do_bit_back():
    for flags in ("do", ""):
        reply = dnslib.DNSRecord.parse(exchange(edns_query("yann.lecun.com", flags=flags))[0])

        assert (reply.ar[0].edns_len, reply.ar[0].edns_do, reply.ar[0].edns_ver) == (
            1232,
            int(bool(flags)),
            0,
        )
    assert dnslib.DNSRecord.parse(exchange(dnslib.DNSRecord.question("yann.lecun.com").pack())[0]).ar == []


def test_an_unknown_edns_version_is_badvers():
    reply = dnslib.DNSRecord.parse(exchange(edns_query("yann.lecun.com", version=1))[0])
    again = dnslib.DNSRecord.parse(exchange(edns_query("yann.lecun.com", version=0))[0])

    assert (reply.header.rcode, reply.ar[0].edns_rcode, reply.ar[0].edns_ver, reply.rr) == (0, 1, 0, [])
    assert again.ar[0].edns_rcode == 0
    assert len(again.rr) == 1


@pytest.mark.parametrize(
    ("options", "asker"),
    [
        ([(65518, bytes([10, 244, 1, 7]))], "10.244.1.7"),
        ([(10, b"cookie00"), (65518, bytes([10, 244, 1, 8]))], "10.244.1.8"),
        ([(65518, bytes(15) + b"\1")], "::1"),
        ([(65518, b"abc")], "192.0.2.77"),
        ([(65518, b"")], "192.0.2.77"),
        ([], "192.0.2.77"),
    ],
)
def test_the_asker_is_the_options_address_else_the_peer(options, asker):
    _, line = exchange(edns_query("yann.lecun.com", options=options))

    assert (line["asker"], line["peer"]) == (asker, "192.0.2.77")


@pytest.mark.parametrize(
    ("size", "truncated"), [(None, True), (0, True), (512, True), (700, False), (9999, False)]
)
def test_an_answer_too_long_for_its_client_is_cut_and_says_so(size, truncated):
    query = (
        dnslib.DNSRecord.question("big.everything.test", "TXT").pack()
        if size is None
        else edns_query("big.everything.test", qtype="TXT", size=size)
    )
    packet, _ = exchange(query)
    reply = dnslib.DNSRecord.parse(packet)

    assert (reply.header.tc, len(reply.rr)) == ((1, 0) if truncated else (0, 1))
    assert len(packet) <= max(512, min(size or 512, 1232))


def test_over_tcp_nothing_is_cut():
    packet, line = exchange(dnslib.DNSRecord.question("big.everything.test", "TXT").pack(), tcp=True)
    reply = dnslib.DNSRecord.parse(packet)

    assert (reply.header.tc, len(reply.rr), line["transport"]) == (0, 1, "tcp")


def test_a_very_long_tcp_answer_has_no_pointer_beyond_its_reach():
    head = "$TTL 60\n@ SOA ns root 1 1 1 1 1\n@ NS ns.other.test.\n"
    text = head + "".join(f"a NS host{number}.long-enough-label-{number}.x.test.\n" for number in range(1000))
    zone = read_zone(text, origin="x.test", source="f")
    responder = Responder(World(zones={zone.origin: zone}), FakeDelegate())
    packet, _ = exchange(dnslib.DNSRecord.question("a.x.test", "NS").pack(), responder=responder, tcp=True)
    reply = dnslib.DNSRecord.parse(packet)

    assert len(packet) > 0x4000
    assert [str(rr.rdata) for rr in reply.auth] == [
        f"host{number}.long-enough-label-{number}.x.test." for number in range(1000)
    ]


@pytest.mark.parametrize(
    ("packet", "status"),
    [
        (struct.pack("!6H", 7, 0x0100, 0, 0, 0, 0), "FORMERR"),
        (struct.pack("!6H", 7, 0x0100, 2, 0, 0, 0) + b"\1a\0\0\1\0\1" * 2, "FORMERR"),
        (struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\1a\0\0\1\0", "FORMERR"),
        (struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c\0\1\0\1", "FORMERR"),
        (struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b"\1a\0\0\1\0\1junk", "FORMERR"),
        (
            struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0)
            + b"\x3f"
            + b"a" * 63
            + (b"\x3f" + b"a" * 63) * 3
            + b"\0\0\1\0\1",
            "FORMERR",
        ),
        (struct.pack("!6H", 7, 0x0100, 1, 0, 0, 1) + b"\1a\0\0\1\0\1", "FORMERR"),
        (
            struct.pack("!6H", 7, 0x0100, 1, 0, 0, 2) + b"\1a\0\0\1\0\1" + b"\0\0\x29\x10\0\0\0\0\0\0\0" * 2,
            "FORMERR",
        ),
        (struct.pack("!6H", 7, 0x2000, 1, 0, 0, 0) + b"\1a\0\0\1\0\1", "NOTIMP"),
        (struct.pack("!6H", 7, 0x7800, 0, 0, 0, 0), "NOTIMP"),
    ],
)
def test_a_packet_that_cannot_be_read_gets_its_header_back(packet, status):
    reply, line = exchange(packet)

    assert len(reply) == 12
    assert reply[:2] == b"\0\7"
    assert (
        struct.unpack("!H", reply[2:4])[0] & 0xF800 == 0x8000 | struct.unpack("!H", packet[2:4])[0] & 0x7800
    )
    assert (rcode(dnslib.DNSRecord.parse(reply)), line["rcode"], line["name"]) == (status, status, "")


@pytest.mark.parametrize(
    "packet", [b"", b"\0" * 11, struct.pack("!6H", 7, 0x8100, 1, 0, 0, 0) + b"\1a\0\0\1\0\1"]
)
def test_runts_and_responses_are_dropped(packet):
    reply = RESPONDER.respond(packet, "p", tcp=False, wait=True)

    assert reply is not None
    assert reply.packet is None


@pytest.mark.parametrize(("qtype", "qclass"), [(1, 3), (252, 1), (251, 1)])
def test_other_classes_and_zone_transfers_are_refused(qtype, qclass):
    query = dnslib.DNSRecord(q=dnslib.DNSQuestion("lecun.com", qtype, qclass)).pack()

    assert rcode(dnslib.DNSRecord.parse(exchange(query)[0])) == "REFUSED"


def test_types_that_differ_in_a_letters_case_are_kept_apart():
    assert ask("yann.lecun.com", "HTTPS")[1]["type"] == "HTTPS"  # 65 is A's code point, 97 is a's
    query = dnslib.DNSRecord(q=dnslib.DNSQuestion("yann.lecun.com", 97)).pack()

    assert exchange(query)[1]["type"] == "TYPE97"


def test_strange_bytes_in_a_name_are_a_json_line_all_the_same():
    query = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + b'\x05A"\n\xff\\\0\0\1\0\1'

    assert exchange(query)[1]["name"] == 'a\\"\\010\\255\\\\'


def test_the_root_is_a_name_too():
    assert ask(".", "NS")[1]["name"] == "."


@given(st.binary(max_size=120))
def test_no_bytes_make_it_raise(data):
    RESPONDER.respond(data, "p", tcp=False, wait=True)


@given(
    st.sampled_from(
        [
            dnslib.DNSRecord.question("a.wild.everything.test").pack(),
            edns_query("yann.lecun.com", options=[(65518, b"abcd")]),
        ]
    ),
    st.lists(st.tuples(st.integers(2, 60), st.integers(0, 255)), max_size=4),
    st.integers(0, 80),
)
def test_no_damage_to_a_query_makes_it_raise(packet, changes, cut):
    damaged = bytearray(packet)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    reply = RESPONDER.respond(bytes(damaged[: len(damaged) - cut % 8]), "p", tcp=False, wait=True)

    assert reply is not None
    if reply.packet is not None:
        json.loads(reply.line)
        assert len(reply.packet) <= 1232


@given(
    st.lists(
        st.sampled_from(
            ["a", "b", "c", "*", "wild", "in", "sub", "alias", "ns", "everything", "test", "lecun", "com"]
        ),
        max_size=6,
    ),
    st.sampled_from(["A", "NS", "MX", "ANY", "TXT", "DS"]),
)
def test_every_reply_can_be_read_and_denies_or_answers(labels, qtype):
    name = ".".join(labels) or "."
    reply, line = ask(name, qtype)

    assert line["name"] == name
    assert reply.header.rcode in {0, 3}
    assert not (reply.rr and reply.header.rcode == 3 and not any(rr.rtype == 5 for rr in reply.rr))


def serving(text, origin="x.test", settings=SETTINGS, broken=()):
    head = "$TTL 60\n@ SOA ns.other.test. root.other.test. 1 1 1 1 1\n@ NS ns.other.test.\n"
    zone = read_zone(f"{head}{text}\n", origin=origin, source="f")
    assert not zone.problems
    zones = {} if broken else {zone.origin: zone}
    return Responder(
        World(settings, zones, frozenset(broken), pointers_of(settings)), FakeDelegate(), now=lambda: "now"
    )


@pytest.mark.parametrize(
    ("name", "status", "answers"),
    [
        (
            "a.old.x.test",
            "NOERROR",
            [
                "old.x.test. DNAME new.x.test.",
                "a.old.x.test. CNAME a.new.x.test.",
                "a.new.x.test. A 192.0.2.1",
            ],
        ),
        ("b.old.x.test", "NXDOMAIN", ["old.x.test. DNAME new.x.test.", "b.old.x.test. CNAME b.new.x.test."]),
        ("old.x.test", "NOERROR", ["old.x.test. A 192.0.2.2"]),
    ],
)
def test_what_lies_below_a_dname_is_an_alias_made_for_the_name(name, status, answers):
    text = "old DNAME new\nold A 192.0.2.2\na.new A 192.0.2.1\na.old A 192.0.2.3"
    reply, _ = ask(name, responder=serving(text))

    assert (rcode(reply), named(reply.rr)) == (
        status,
        answers,
    )


def named(records):
    """As `shown`, with the target of a DNAME, which dnslib leaves as bytes."""
    return [
        f"{rr.rname} DNAME {read_name(rr.rdata.data)}" if rr.rtype == dnslib.QTYPE.DNAME else line
        for rr, line in zip(records, shown(records), strict=True)
    ]


def read_name(data):
    return dnslib.DNSBuffer(data).decode_name()


def test_a_dname_that_makes_a_name_too_long_is_yxdomain():
    long = ".".join(["x" * 60] * 3)
    reply, _ = ask(f"{'y' * 60}.{'z' * 9}.old.x.test", responder=serving(f"old DNAME {long}"))

    assert rcode(reply) == "YXDOMAIN"
    assert [rr.rtype for rr in reply.rr] == [dnslib.QTYPE.DNAME]


@pytest.mark.parametrize(
    ("text", "qtype", "data"),
    [
        ("a SSHFP 1 1 " + "ab" * 20, 44, bytes([1, 1]) + b"\xab" * 20),
        ("a HINFO PC Linux", 13, b"\x02PC\x05Linux"),
        ('a URI 0 100 "krb5srv:m:tcp:b"', 256, b"\0\0\0\x64krb5srv:m:tcp:b"),
        ('a HTTPS 1 . alpn="h2"', 65, b"\0\1\0\0\1\0\3\2h2"),
        ("a TYPE65280 \\# 2 0102", 65280, b"\1\2"),
        ('$GENERATE 1-2 ${0,1,d}a HINFO "PC $"\na HINFO PC 1', 13, b"\x02PC\x011"),
    ],
)
def test_any_type_is_served_as_the_bytes_that_it_has(text, qtype, data):
    query = dnslib.DNSRecord(q=dnslib.DNSQuestion("a.x.test", qtype)).pack()
    packet, line = exchange(query, responder=serving(text))

    assert packet.endswith(len(data).to_bytes(2, "big") + data)
    assert line["rcode"] == "NOERROR"


def test_the_hash_of_an_nsec3_record_is_no_name():
    owner = "2t7b4g4vsa5smi47k61mv5bv1a22bojr"
    reply, _ = ask(f"{owner}.x.test", "TXT", responder=serving(f"{owner} NSEC3 1 0 10 AA {owner} A"))

    assert rcode(reply) == "NXDOMAIN"


class TestARootZone:
    ROOT = serving(
        "ns.other.test A 192.0.2.7\nsite A 192.0.2.9\nnode-1.sub A 192.0.2.9\nelse A 192.0.2.8\na CNAME node-1",
        ".",
    )

    def test_answers_what_is_its_own(self):
        assert shown(ask("else", responder=self.ROOT)[0].rr) == ["else. A 192.0.2.8"]
        assert rcode(ask("nothing.at.all", responder=self.ROOT)[0]) == "NXDOMAIN"
        assert ask("nothing.at.all", responder=self.ROOT)[1]["kind"] == "zone"

    def test_leaves_the_labs_own_names_to_the_lab(self):
        reply, line = ask("site", responder=self.ROOT)

        assert shown(reply.rr) == ["site. A 10.142.18.191"]
        assert line["kind"] == "host"
        assert shown(ask("3.18.142.10.in-addr.arpa", "PTR", responder=self.ROOT)[0].rr)
        assert ask("lab-control-plane", responder=self.ROOT)[1]["kind"] == "delegate"
        assert shown(ask("a", responder=self.ROOT)[0].rr)[1:] == ["node-1. A 10.142.18.3"]

    def test_that_is_broken_breaks_none_of_them_either(self):
        broken = serving("ns.other.test A 192.0.2.7", ".", broken=[()])

        assert shown(ask("site", responder=broken)[0].rr) == ["site. A 10.142.18.191"]
        assert rcode(ask("else", responder=broken)[0]) == "SERVFAIL"
