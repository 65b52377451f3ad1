from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from lab.ledger.entries import Fate, Kind, Want
from lab.ledger.people import People, places_of
from lab.ledger.spans import read_spans
from lab.spec.config import LabConfig
from lab.spec.plan import plan

START = datetime(2026, 1, 2, 3, 0, 0, tzinfo=UTC)
NODES = ("localnode-1", "localnode-2", "localnode-3")
FIXED = {"10.142.18.191": "site"}
PLACES = places_of(plan(LabConfig()))


def at(seconds):
    return (START + timedelta(seconds=seconds)).isoformat()


def added(seconds, name, *addresses, namespace="default", node="localnode-2", sandbox=None, link="", uid=""):
    return {
        "time": at(seconds),
        "command": "ADD",
        "namespace": namespace,
        "name": name,
        "uid": uid or name,
        "sandbox": sandbox or name,
        "veth": link,
        "addresses": list(addresses),
        "node": node,
    }


def deleted(seconds, sandbox, *, node="localnode-2"):
    return {"time": at(seconds), "command": "DEL", "sandbox": sandbox, "addresses": [], "node": node}


def place(seconds, name, *addresses, first=False):
    return {
        "time": at(seconds),
        "event": "place",
        "place": name,
        "addresses": list(addresses),
        "first": first,
    }


def told(seconds, what, name, *addresses, node="localnode-2", namespace="default", host=False):
    return {
        "time": at(seconds),
        "event": "pod",
        "what": what,
        "namespace": namespace,
        "name": name,
        "uid": name,
        "node": node,
        "host_network": host,
        "addresses": list(addresses),
    }


def people(*lines, made=None):
    return People(read_spans(lines, nodes=NODES, made=made or {}), FIXED, PLACES)


def want(seconds, address, what="outside.test", *, since=None, kind=Kind.NAME, detail="A", **rest):
    began = None if since is None else START + timedelta(seconds=since)
    return Want(START + timedelta(seconds=seconds), address, what, kind, detail, since=began, **rest)


HISTORY = (
    place(0, "localnode-1", "10.142.18.3"),
    place(0, "localnode-2", "10.142.18.4"),
    place(0, "localnode-3", "10.142.18.5"),
    place(0, "workstation", "10.142.18.2"),
    added(1, "coredns-5d78-x", "10.233.64.2", namespace="kube-system", node="localnode-1"),
    added(1, "evil", "10.233.66.2", node="localnode-3", link="veth3"),
    added(10, "first", "10.233.65.9", "fe80::ae9:4109", link="veth1"),
    deleted(40, "first"),
    added(60, "second", "10.233.65.9", "fe80::ae9:4109", link="veth2"),
    place(70, "localnode-2"),
    place(80, "localnode-3", "10.142.18.4"),
    place(81, "localnode-2", "10.142.18.5"),
    told(90, "added", "two-networks", "10.233.65.30", "2001:db8::30"),
    added(90, "two-networks", "10.233.65.30"),
    told(95, "deleted", "two-networks", "10.233.65.30", "2001:db8::30"),
    deleted(96, "two-networks"),
    "no object",
    {"time": "x"},
    {"time": at(3), "command": "ADD"},
)
SURE = tuple(line for line in HISTORY if isinstance(line, dict))


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        (want(10, "10.233.65.9"), "pod default/first"),
        (want(39.99, "10.233.65.9"), "pod default/first"),
        (want(9.99, "10.233.65.9"), "unknown, on localnode-2 (10.233.65.9)"),
        (want(45, "10.233.65.9"), "unknown, on localnode-2 (10.233.65.9)"),
        (want(59.99, "10.233.65.9"), "unknown, on localnode-2 (10.233.65.9)"),
        (want(60, "10.233.65.9"), "pod default/second"),
        (want(41, "10.233.65.9", since=39), "pod default/first"),  # counted between two readings
        (want(61, "10.233.65.9", since=39), "unknown, on localnode-2 (10.233.65.9)"),  # by one of two
        (want(30, "10.233.65.77"), "unknown, on localnode-2 (10.233.65.77)"),
        (want(30, "10.250.0.1", place="localnode-2"), "unknown, on localnode-2 (10.250.0.1)"),
        (want(30, "203.0.113.1"), "unknown (203.0.113.1)"),
        (want(60, "10.142.18.2"), "workstation"),
        (want(60, "10.142.18.4"), "node localnode-2"),
        (want(69, "10.142.18.5"), "node localnode-3"),
        (want(75, "10.142.18.4"), "unknown (10.142.18.4)"),  # it was stopped, and the other not yet there
        (want(85, "10.142.18.4"), "node localnode-3"),  # they swapped addresses
        (want(85, "10.142.18.5"), "node localnode-2"),
        (want(92, "2001:db8::30"), "pod default/two-networks"),  # the API server alone tells of it
        (want(97, "2001:db8::30"), "unknown (2001:db8::30)"),
        (want(60, "10.142.18.191"), "site"),
        (want(60, "127.0.0.1", place="localnode-2"), "node localnode-2"),
        (want(60, "127.0.0.1", place="workstation"), "workstation"),
        (want(30, "fe80::ae9:4109", place="localnode-2"), "pod default/first"),
        (want(30, "fe80::42:1", place="localnode-3", own=True), "node localnode-3"),
        (want(30, "2001:db8::1", place="site", own=True), "site"),
        (want(30, "fe80::ae9:4109", place="localnode-3"), "unknown, on localnode-3 (fe80::ae9:4109)"),
    ],
)
def test_an_address_is_who_had_it_then_and_nobody_else(asked, who):
    assert people(*SURE).who(asked) == who


def test_a_name_that_comes_back_to_its_address_is_two_owners_with_another_between():
    lines = (
        added(0, "web-0", "10.233.65.9", sandbox="a"),
        deleted(10, "a"),
        added(11, "other", "10.233.65.9", sandbox="b"),
        deleted(20, "b"),
        added(21, "web-0", "10.233.65.9", sandbox="c"),
        deleted(22, "a"),  # the kubelet says it twice
    )

    named = [people(*lines).who(want(second, "10.233.65.9")) for second in (5, 15, 25)]

    assert named == ["pod default/web-0", "pod default/other", "pod default/web-0"]


def test_a_link_names_its_pod_whatever_addresses_say():
    lines = (*SURE, added(30, "third", "10.233.65.9", link="veth9"))
    known = people(*lines)
    both = want(31, "10.233.65.9", since=29, place="localnode-2", link="veth9", kind=Kind.ADDRESS)

    assert known.who(both) == "pod default/third"
    assert known.who(want(31, "10.233.65.9", since=29)) == "unknown, on localnode-2 (10.233.65.9)"


def test_a_forged_source_names_nobody_but_the_link_that_it_came_by():
    known = people(*SURE)
    forged = {"kind": Kind.ADDRESS, "fate": Fate.SPOOFED}

    assert (
        known.who(want(30, "10.233.65.9", place="localnode-3", link="veth3", **forged)) == "pod default/evil"
    )
    assert known.who(want(30, "10.142.18.2", place="localnode-2", **forged)) == "unknown, on localnode-2"
    assert (
        known.who(want(30, "10.142.18.2", place="wall", link="vethx", sender="lab-worker", **forged))
        == "unknown, on localnode-2"
    )


def test_at_the_wall_the_port_says_on_which_node_somebody_was():
    known = people(*SURE)
    leak = {"place": "wall", "sender": "lab-worker", "fate": Fate.LEAKED, "kind": Kind.ADDRESS}

    assert known.who(want(30, "10.233.65.9", **leak)) == "pod default/first"
    assert known.who(want(30, "10.233.65.99", **leak)) == "unknown, on localnode-2 (10.233.65.99)"


@pytest.mark.parametrize(
    ("peer", "asker", "who"),
    [
        ("10.233.64.2", "10.233.65.9", "pod default/first"),  # CoreDNS says for whom it asks
        ("10.233.66.2", "10.233.65.9", "pod default/evil"),  # anybody can write the option
        ("10.233.66.2", "10.233.64.2", "pod default/evil"),
        ("10.142.18.2", "10.233.64.2", "workstation"),
        ("10.233.64.2", "127.0.0.1", "pod kube-system/coredns-5d78-x"),
        ("10.233.65.9", "10.233.65.9", "pod default/first"),
        (
            "10.233.64.2",
            "10.233.64.2",
            "unknown, on localnode-1 (10.233.64.2)",
        ),  # CoreDNS never leaves it out
    ],
)
def test_the_dns_option_is_believed_from_coredns_alone(peer, asker, who):
    known, asked = people(*SURE), want(30, asker, via=peer)

    assert known.who(asked) == who
    assert known.infrastructure(asked, who) is who.startswith("pod kube-system/")


def test_a_node_has_its_first_known_address_since_it_was_made():
    line = place(50, "localnode-2", "10.142.18.4", first=True)
    known = people(line, made={"localnode-2": START + timedelta(seconds=10)})

    assert known.who(want(20, "10.142.18.4")) == "node localnode-2"
    assert known.who(want(5, "10.142.18.4")) == "unknown (10.142.18.4)"


def test_what_changed_while_nobody_looked_ended_when_it_was_last_seen():
    lines = (
        place(0, "localnode-2", "10.142.18.4"),
        {"time": at(20), "event": "read", "place": "wall"},
        place(60, "localnode-2", "10.142.18.5", first=True),
    )
    known = people(*lines)

    assert known.who(want(10, "10.142.18.4")) == "node localnode-2"
    assert known.who(want(40, "10.142.18.4")) == "unknown (10.142.18.4)"
    assert known.who(want(61, "10.142.18.5")) == "node localnode-2"


def test_who_was_gone_when_the_watch_began_again_ended_when_it_was_last_told_of():
    lines = (
        told(0, "added", "stays", "2001:db8::1"),
        told(1, "added", "goes", "2001:db8::2"),
        told(2, "added", "guest", host=True, node="localnode-1"),
        {"time": at(50), "event": "watch"},
        told(50, "added", "stays", "2001:db8::1"),
    )
    known = people(*lines)

    assert known.who(want(60, "2001:db8::1")) == known.who(want(30, "2001:db8::1")) == "pod default/stays"
    assert known.who(want(1, "2001:db8::2")) == "pod default/goes"
    assert known.who(want(60, "2001:db8::2")) == "unknown (2001:db8::2)"
    assert known.spans.guests["localnode-1"][0].end == START + timedelta(seconds=2)


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        (want(60, "10.233.64.2"), True),
        (want(60, "10.142.18.4", "2.debian.pool.ntp.org"), True),
        (want(60, "10.142.18.4", "7.2.0.192.in-addr.arpa", detail="PTR"), True),
        (want(60, "10.142.18.191", "switched-0a1b2c3d.invalid"), True),
        (want(60, "10.142.18.4", "registry.test"), False),  # an image that somebody asked for
        (want(30, "10.233.65.9", "switched-0a1b2c3d.invalid"), False),
        (want(30, "10.233.65.9", "secret.in-addr.arpa", detail="PTR"), False),
        (want(30, "10.233.65.9", "anything.test", detail="HINFO"), False),
        (want(30, "10.233.65.9", "secret"), False),
        (want(30, "10.233.65.9", "secret.kube-system"), False),
        (want(10, "10.142.18.5", "secret.in-addr.arpa"), False),  # a pod of a user's is in its network
        (want(60, "10.142.18.2", "intranet"), False),
        (want(30, "10.233.65.9"), False),
        (want(60, "10.233.77.9", "secret.in-addr.arpa"), False),  # of nobody knows whom
        (want(60, "10.233.64.2", "198.51.100.1:1/udp", kind=Kind.ADDRESS), True),
        (want(60, "10.233.64.2", "198.51.100.1:1/udp", kind=Kind.ADDRESS, fate=Fate.LEAKED), False),
        (want(60, "10.233.64.2", "198.51.100.1:1/udp", kind=Kind.ADDRESS, fate=Fate.SPOOFED), False),
    ],
)
def test_only_what_no_pod_of_a_users_can_have_caused_is_the_labs_own_doing(asked, own):
    known = people(
        *SURE,
        told(5, "added", "guest", "10.142.18.5", node="localnode-3", host=True),
        told(20, "deleted", "guest", "10.142.18.5", node="localnode-3", host=True),
        told(0, "added", "kube-proxy", "10.142.18.4", namespace="kube-system", host=True),
    )

    assert known.infrastructure(asked, known.who(asked)) is own


def test_a_line_of_another_kind_is_nobodys():
    assert people({"time": at(1), "command": "ADD"}, {"time": 5}, json.loads("{}")).spans.sure == {}
