"""One client's right to one path, and what of it this server can serve."""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from .options import Options

SYSTEM = (
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib64",
    "/opt/lab",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
)
"""Folders of the server's own system: there is nothing in them that a site would share."""
WHOLE = ("/", "/opt", "/var")
"""Folders that hold the server's system among other things: what lies below them may be exported."""


class Kind(enum.IntEnum):
    """What a client is given as. The lower number is asked first, whatever the order in the file."""

    HOST = 0
    NETWORK = 1
    WILDCARD = 2
    NETGROUP = 3
    ANYBODY = 4
    GSS = 5


@dataclass(frozen=True, slots=True)
class Entry:
    path: str
    client: str
    """As it is written; empty or `*` is anybody."""
    options: Options
    line: int = 0


def kind(client: str) -> Kind:
    if client in {"", "*"}:
        return Kind.ANYBODY
    if client.startswith("gss/"):
        return Kind.GSS
    if client.startswith("@"):
        return Kind.NETGROUP
    found = re.search(r"[*?\[/]", re.sub(r"\\.", "", client))
    if found is None:
        return Kind.HOST
    return Kind.NETWORK if found[0] == "/" else Kind.WILDCARD


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return *entries* as they are asked: hosts, networks, wildcards, anybody; each in the file's order."""
    return sorted(entries, key=lambda entry: kind(entry.client))


def root_of(entries: Iterable[Entry]) -> str | None:
    """Return the path that is the root of all (`fsid=0`), where there is one.

    On the kernel's server each client may have its own; here it is that of the first, for all.
    """
    return next((entry.path for entry in in_order(entries) if entry.options.fsid == "0"), None)


def place(path: str, root: str | None) -> str | None:
    """Return where clients find *path*; None where it lies outside the root, so that none does."""
    if root is None:
        return path
    if path == root:
        return "/"
    return path.removeprefix(root) if path.startswith(f"{root}/") else None


def network(client: str) -> str:
    """Return a client of the kind NETWORK as ADDRESS/LENGTH. Raises ValueError saying what is wrong.

    Bits of the address beyond the mask do not count. A mask with holes is told apart by its message.
    """
    address, _, mask = client.partition("/")
    try:
        base = ipaddress.ip_address(address)
    except ValueError:
        raise ValueError(f"{address!r} is no address") from None
    if re.fullmatch(r"\+?[0-9]*", mask):
        length = int(mask.removeprefix("+") or 0)
    else:
        length = _length(mask, base.version)
    if length > base.max_prefixlen:
        raise ValueError(f"/{mask} is longer than the address has bits")
    return str(ipaddress.ip_network((base, length), strict=False))


class HolesError(ValueError):
    """A mask whose ones do not stand together: nfs-utils takes it, this server cannot."""


def _length(mask: str, version: int) -> int:
    wanted = "." if version == 4 else ":"
    try:
        bits = int(ipaddress.ip_address(mask)) if wanted in mask else None
    except ValueError:
        bits = None
    if bits is None:
        raise ValueError(f"{mask!r} is no netmask; write a length, as in 10.142.18.0/24")
    width = 32 if version == 4 else 128
    length = bits.bit_count()
    if bits != (2**length - 1) << (width - length):
        raise HolesError(f"the ones of the netmask {mask} do not stand together")
    return length


def unserved(entry: Entry) -> str | None:
    """Return why this server does not serve an entry that nfs-utils takes; None where it does."""
    return _path_unserved(entry.path) or _client_unserved(entry.client) or _options_unserved(entry.options)


def _path_unserved(path: str) -> str | None:
    if not path.startswith("/"):
        return f"{path!r} is not an absolute path, so nobody can mount it"
    if ".." in path.split("/"):
        return f"{path} has `..` in it; write the folder's own path"
    if path in WHOLE or any(path == one or path.startswith(f"{one}/") for one in SYSTEM):
        return (
            f"{path} is of the server's own system, which is a container here; export a folder such as /srv"
        )
    if re.search(r"[\x00-\x1f\x7f]", path) or ("'" in path and re.search(r'["\\]', path)):
        return f"{path!r} has characters that the lab's NFS server cannot be told; name the folder otherwise"
    return None


def _client_unserved(client: str) -> str | None:
    match kind(client):
        case Kind.NETGROUP:
            return f"{client} is a netgroup, and there is no NIS here; write its hosts or their network"
        case Kind.GSS:
            return f"{client} is a client by Kerberos, and there is none here; write hosts, with sec=sys"
        case Kind.NETWORK:
            return _network_unserved(client)
        case Kind.WILDCARD if re.fullmatch(r"([0-9.*?]|\[[0-9!^-]*\])*", client):
            return f"{client}: wildcards are of names, not of addresses; write a network, as 10.142.18.0/24"
        case Kind.WILDCARD if not re.search(r"[*?]", client):
            return f"{client}: brackets without a * or ? are not served here; write the hosts one by one"
    return None


def _network_unserved(client: str) -> str | None:
    try:
        network(client)
    except HolesError as error:
        return f"{error}; write the networks one by one"
    except ValueError:
        return None  # nfs-utils does not take it either
    return None


def _options_unserved(options: Options) -> str | None:
    if options.referral:
        return "refer= and replicas= lead to another server, and there is none here"
    if options.flavors and "sys" not in options.flavors:
        return f"sec={':'.join(options.flavors)} lets nobody in here, where there is no Kerberos; add sys"
    return None
