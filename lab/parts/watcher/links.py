"""The links of the host, as the kernel tells of them: which is whose, and when one comes up.

Numbers and layouts: linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/net_namespace.h.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

NETLINK_ROUTE = 0
LINK_GROUP = 1
NEW_LINK, GET_LINK, GET_NAMESPACE = 16, 18, 90
ERROR, DONE = 2, 3
REQUEST, DUMP = 0x1, 0x300
CARRIES = 0x10000
"""IFF_LOWER_UP: both ends of the link are up, so that packets can pass."""
LINK_NAME, LINK_MASTER, LINK_NAMESPACE = 3, 10, 37
NAMESPACE_ID, NAMESPACE_PROCESS = 1, 2
TYPE_MASK = 0x3FFF

_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ATTRIBUTE = struct.Struct("=HH")
_BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class Port:
    """The host's end of a link into another namespace. *master* is the bridge's number; 0: it has none."""

    index: int
    name: str
    master: int
    namespace: int
    """The number by which this namespace knows the other one."""
    carries: bool


class Links:
    """Two sockets: one hears what changes, one asks."""

    def __init__(self) -> None:
        self.news = _socket(LINK_GROUP)
        self._asking = _socket(0)

    def changed(self) -> Iterator[Port]:
        """Yield the ports of one message from the kernel. Raises OSError (ENOBUFS): some were lost."""
        yield from _ports(self.news.recv(_BUFFER))

    def all(self) -> Iterator[Port]:
        """Yield every port that there is."""
        self._ask(GET_LINK, DUMP, _LINK.pack(socket.AF_UNSPEC, 0, 0, 0, 0))
        while True:
            data = self._asking.recv(_BUFFER)
            yield from _ports(data)
            if any(kind in {ERROR, DONE} for kind, _ in _messages(data)):
                return

    def namespace_of(self, pid: int) -> int | None:
        """Return the number of the namespace of process *pid*; None where it has none, or is gone."""
        body = struct.pack("=B3x", socket.AF_UNSPEC) + _ATTRIBUTE.pack(8, NAMESPACE_PROCESS)
        self._ask(GET_NAMESPACE, 0, body + struct.pack("=I", pid))
        for kind, payload in _messages(self._asking.recv(_BUFFER)):
            if kind == ERROR:
                return None
            number = dict(_attributes(payload[4:])).get(NAMESPACE_ID)
            return None if number is None else struct.unpack("=i", number[:4])[0]
        return None

    def _ask(self, kind: int, flags: int, body: bytes) -> None:
        self._asking.send(_HEADER.pack(_HEADER.size + len(body), kind, REQUEST | flags, 1, 0) + body)


def _socket(groups: int) -> socket.socket:
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_ROUTE)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    made.bind((0, groups))
    return made


def _ports(data: bytes) -> Iterator[Port]:
    for kind, payload in _messages(data):
        if kind != NEW_LINK:
            continue
        _, _, index, flags, _ = _LINK.unpack_from(payload)
        found = dict(_attributes(payload[_LINK.size :]))
        if LINK_NAMESPACE in found and LINK_NAME in found:
            yield Port(
                index,
                found[LINK_NAME].rstrip(b"\0").decode(),
                struct.unpack("=I", found.get(LINK_MASTER, bytes(4)))[0],
                struct.unpack("=i", found[LINK_NAMESPACE])[0],
                bool(flags & CARRIES),
            )


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, offset)
        if length < _HEADER.size:
            return
        yield kind, data[offset + _HEADER.size : offset + length]
        offset += (length + 3) & ~3


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            return
        yield kind & TYPE_MASK, data[offset + _ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3
