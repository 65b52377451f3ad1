"""nfs-ganesha's configuration for a table of exports: to each client what the kernel's server would give.

Facts: ganesha-core-config(8), ganesha-export-config(8). NFSv4 only, as version 3 needs rpcbind and a bus.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from .entries import Entry, Kind, in_order, kind, network, place, root_of

CORE = """\
NFS_Core_Param { Protocols = 4; NFS_Port = 2049; fsid_device = true;
  Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }
NFSv4 { Graceless = true; Only_Numeric_Owners = true; RecoveryBackend = fs; }
NFS_KRB5 { Active_krb5 = false; }
LOG { Default_Log_Level = WARN; COMPONENTS { EXPORT = INFO; } }
"""
"""EXPORT tells when a changed table is in force."""
IDS = 65_535
"""An export's number is part of its files' handles: by its path, so that a mount outlives other exports."""


def configuration(entries: Iterable[Entry], addresses: Callable[[str], Sequence[str]]) -> str:
    """Return the whole ganesha.conf. *addresses* are a host's: none, and it has no right to anything."""
    ordered = in_order(entries)
    root = root_of(ordered)
    taken: set[int] = set()
    blocks = [CORE]
    for path, own in groupby(sorted(ordered, key=lambda entry: entry.path), lambda entry: entry.path):
        pseudo = place(path, root)
        if pseudo is not None:
            clients = [*own, *_from_above(path, ordered)]
            blocks.append(_block(path, pseudo, _number(path, taken), clients, addresses))
    return "".join(blocks)


def _from_above(path: str, ordered: Iterable[Entry]) -> list[Entry]:
    """Return what parents with `crossmnt` give to clients without an entry of their own, nearest first."""
    parents = [
        entry for entry in ordered if path.startswith(f"{entry.path}/") and "crossmnt" in entry.options.held
    ]
    return sorted(parents, key=lambda entry: -len(entry.path))


def _number(path: str, taken: set[int]) -> int:
    number = zlib.crc32(path.encode("utf-8", "surrogateescape")) % IDS + 1
    while number in taken:
        number = number % IDS + 1
    taken.add(number)
    return number


def _block(
    path: str, pseudo: str, number: int, clients: Iterable[Entry], addresses: Callable[[str], Sequence[str]]
) -> str:
    # Expiring at once, as in the kernel's server: by itself ganesha serves what was changed on the server
    # without it as it was up to a minute ago, a grown file cut to its old size.
    return (
        f"EXPORT {{ Export_Id = {number}; Path = {_quoted(path)}; Pseudo = {_quoted(pseudo)};"
        " Protocols = 4; Transports = TCP;\n"
        "  SecType = sys; Access_Type = None; FSAL { Name = VFS; } Attr_Expiration_Time = 0;\n"
        + "".join(
            f"  CLIENT {{ Clients = {', '.join(named)}; Protocols = 4; {rights(entry)} }}\n"
            for entry in clients
            if (named := matches(entry.client, addresses))
        )
        + "}\n"
    )


def matches(client: str, addresses: Callable[[str], Sequence[str]]) -> Sequence[str]:
    match kind(client):
        case Kind.ANYBODY:
            return ("*",)
        case Kind.NETWORK:
            return (network(client),)
        case Kind.WILDCARD:
            return (client.lower(),)
        case Kind.HOST:
            return addresses(client)
    return ()


def rights(entry: Entry) -> str:
    """Return ganesha's parameters for one client, each of them written out."""
    options, held = entry.options, entry.options.held
    squash = (
        "All_Squash" if "all_squash" in held else "Root_Squash" if "root_squash" in held else "No_Root_Squash"
    )
    return (
        f"Access_Type = {'RO' if 'ro' in held else 'RW'}; Squash = {squash};"
        f" PrivilegedPort = {'false' if 'insecure' in held else 'true'};"
        f" Anonymous_Uid = {options.anon_uid}; Anonymous_Gid = {options.anon_gid};"
        f" SecType = {', '.join(options.flavors or ('sys',))};"
    )


def _quoted(path: str) -> str:
    return f'"{path}"' if "'" in path else f"'{path}'"
