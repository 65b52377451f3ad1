"""Who had which address from when to when: what the nodes say of themselves and of their pods.

A namespace's own addresses are asked of the kernel (linux/rtnetlink.h, linux/if_addr.h). Its pods' are in the
file that the nodes' CNI plugin writes, which is copied from where it was left.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from .netlink import attributes, open_link

NETLINK_ROUTE = 0
GET_ADDRESS, NEW_ADDRESS = 22, 20
REQUEST_DUMP = 0x301
DONE, ERROR = 3, 2
ADDRESS, LOCAL = 1, 2
SCOPE_LINK = 253
"""This and above: an address that says nothing beyond its link, or the loopback's."""
PODS = "/var/log/lab-cni/events.jsonl"
"""On a node: one line for each address that the CNI plugins gave to a pod or took back."""
FIELDS = ("time", "command", "namespace", "name", "uid", "sandbox", "veth", "addresses")
"""What is copied of a line. Who has all rights on a node can write that file, but no line of another kind."""
COPIED_BYTES = 4 * 1024 * 1024
"""Of one file at one turn."""

_HEADER = struct.Struct("=IHHII")
_ADDRESS = struct.Struct("=BBBBI")


def own_addresses() -> list[str]:
    """Return the addresses of the namespace that the calling thread is in, sorted."""
    found: set[str] = set()
    with open_link(NETLINK_ROUTE) as link:
        link.send(
            _HEADER.pack(_HEADER.size + _ADDRESS.size, GET_ADDRESS, REQUEST_DUMP, 1, 0)
            + _ADDRESS.pack(socket.AF_UNSPEC, 0, 0, 0, 0)
        )
        while True:
            data = link.recv(1 << 16)
            offset = 0
            while offset + _HEADER.size <= len(data):
                length, kind, *_ = _HEADER.unpack_from(data, offset)
                if kind in {DONE, ERROR}:
                    return sorted(found)
                body = data[offset + _HEADER.size : offset + length]
                if kind == NEW_ADDRESS and body[3] < SCOPE_LINK:
                    parts = dict(attributes(body[_ADDRESS.size :]))
                    found.add(str(ip_address(parts.get(LOCAL) or parts[ADDRESS])))
                offset += (length + 3) & ~3


@dataclass(slots=True)
class Copied:
    """How far a node's file was copied. *file* is its inode: another one is read from its beginning."""

    file: int = 0
    offset: int = 0


def new_lines(root: Path, node: str, copied: Copied) -> tuple[list[dict[str, Any]], Copied]:
    """Return what the plugin of the node has written since, and how far that goes; half a line waits."""
    path = root / PODS.lstrip("/")
    try:
        found = path.stat()
        start = copied.offset if found.st_ino == copied.file and copied.offset <= found.st_size else 0
        if found.st_size == start and found.st_ino == copied.file:
            return [], copied
        with path.open("rb") as content:
            content.seek(start)
            data = content.read(COPIED_BYTES)
    except OSError:
        return [], copied
    whole = data[: data.rfind(b"\n") + 1]
    lines = []
    for line in whole.splitlines():
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        if isinstance(fields, dict) and fields.get("command") in {"ADD", "DEL"}:
            lines.append({**{key: fields[key] for key in FIELDS if key in fields}, "node": node})
    return lines, Copied(found.st_ino, start + len(whole))
