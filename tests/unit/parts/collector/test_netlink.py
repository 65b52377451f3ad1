"""Layouts, over a socket pair that plays the kernel. The kernel itself is asked in tests/docker."""

from __future__ import annotations

import errno
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.collector import netlink

MULTI = 2


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)


def message(kind, body, *, flags=0):
    return struct.pack("=IHHII", 20 + len(body), kind, flags, 1, 0) + b"\1\0\0\0" + body


def ended(kind, code=0, *, flags=0):
    return struct.pack("=IHHIIi", 20, kind, flags, 1, 0, code)


def counted(packets):
    return attribute(1, (60 * packets).to_bytes(8, "big")) + attribute(2, packets.to_bytes(8, "big"))


def element(key, packets):
    expression = attribute(1, b"counter\0") + attribute(0x8002, counted(packets))
    return attribute(0x8001, attribute(0x8001, attribute(1, key)) + attribute(0x8007, expression))


@pytest.fixture
def kernel():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.settimeout(2)
        theirs.settimeout(2)
        yield ours, theirs


def test_the_counters_of_a_table_are_read(kernel):
    link, answer = kernel
    for name, packets in ((b"refused_output\0", 7), (b"inbound\0", 0)):
        told = attribute(2, name) + attribute(0x8004, counted(packets))
        answer.send(message(netlink.SUBSYSTEM | 18, told, flags=MULTI))
    answer.send(ended(netlink.DONE))

    assert netlink.counters(link, "inet", "airgap_lab") == {"refused_output": 7, "inbound": 0}
    assert b"airgap_lab\0" in answer.recv(4096)


def test_a_table_has_a_number_and_one_that_is_not_there_has_none(kernel):
    link, answer = kernel
    answer.send(message(netlink.SUBSYSTEM, attribute(1, b"t\0") + attribute(4, (9).to_bytes(8, "big"))))
    answer.send(ended(netlink.ERROR, -errno.ENOENT))

    assert netlink.table_handle(link, "bridge", "t") == 9
    assert netlink.table_handle(link, "bridge", "t") is None
    assert answer.recv(4096)[16] == netlink.FAMILIES["bridge"]


def test_a_set_is_read_over_several_packets(kernel):
    link, answer = kernel
    for key in (b"aaaa", b"bbbb"):
        listed = attribute(1, b"t\0") + attribute(0x8003, element(key, 3))
        answer.send(message(netlink.SUBSYSTEM | 12, listed, flags=MULTI))
    answer.send(ended(netlink.DONE))

    assert list(netlink.elements(link, "inet", "t", "s")) == [(b"aaaa", 3), (b"bbbb", 3)]


def test_an_empty_set_and_none_at_all_are_nothing(kernel):
    link, answer = kernel
    answer.send(message(netlink.SUBSYSTEM | 12, attribute(1, b"t\0"), flags=MULTI) + ended(netlink.DONE))
    answer.send(ended(netlink.ERROR, -errno.ENOENT))

    assert list(netlink.elements(link, "inet", "t", "s")) == []
    assert list(netlink.elements(link, "inet", "t", "s")) == []


@pytest.mark.parametrize(
    "answer",
    [
        ended(netlink.ERROR, -errno.EINTR),
        message(netlink.SUBSYSTEM | 12, attribute(0x8003, element(b"aaaa", 1)), flags=MULTI | netlink.BROKEN),
        ended(netlink.DONE, flags=netlink.BROKEN),
    ],
)
def test_a_reading_broken_off_is_said_to_be(kernel, answer):
    link, theirs = kernel
    theirs.send(answer)

    with pytest.raises(InterruptedError):
        list(netlink.elements(link, "inet", "t", "s"))


class Deaf:
    """A socket whose buffer cannot be made larger, as those of the test are."""

    def __init__(self, link):
        self.send, self.recv = link.send, link.recv

    def setsockopt(self, *_):
        pass


def test_what_is_taken_out_of_sets_is_told_with_its_count(kernel):
    link, answer = kernel
    for name, key in ((b"a\0", b"aaaa"), (b"b\0", b"bbbb")):
        listed = attribute(1, b"t\0") + attribute(2, name) + attribute(0x8003, element(key, 3))
        answer.send(message(netlink.DELETE_ELEMENTS, listed))
    answer.send(ended(netlink.ERROR) + ended(netlink.ERROR))

    assert list(netlink.drained(Deaf(link), "inet", "t", ["a", "b"])) == [
        ("a", b"aaaa", 3),
        ("b", b"bbbb", 3),
    ]
    asked = answer.recv(4096)
    assert (asked.count(b"a\0\0\0"), asked.count(b"t\0\0\0")) == (1, 2)


def test_a_set_that_cannot_be_emptied_is_an_error(kernel):
    link, answer = kernel
    answer.send(ended(netlink.ERROR, -errno.ENOENT))

    with pytest.raises(OSError, match="could not be emptied"):
        list(netlink.drained(Deaf(link), "inet", "t", ["a"]))


@given(st.binary(max_size=64))
def test_any_bytes_end(data):
    assert all(kind <= netlink.TYPE_MASK for kind, _ in netlink.attributes(data))
