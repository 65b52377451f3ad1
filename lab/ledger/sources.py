"""What the parts said, line by line, as wants. Pure. A line of any other kind is nobody's want.

Each line is told by its own keys, not by where it stood, so that one part may take over another's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from lab.ledger.entries import Kind, Want

CLUSTER_SUFFIX = re.compile(r"(?:\.[a-z0-9-]+\.svc|\.svc)?\.cluster\.local$")
"""The search domains of a pod: of its namespace, of all services, of the cluster."""


def wants(lines: Iterable[str]) -> Iterator[Want]:
    """Yield every want of *lines*, in their order."""
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            fields = json.loads(line)
            want = _want(fields, datetime.fromisoformat(fields["time"]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue  # some program's JSON, not one of ours
        if want is not None:
            yield want


def _want(fields: Mapping[str, Any], at: datetime) -> Want | None:
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if "rcode" in fields:
        return _name(fields, at)
    if "hook" in fields:
        return _refused(fields, at)
    if "status" in fields:
        return _missing(fields, at)
    if fields.get("kind") in {"http", "tls", "raw"}:
        return _sunk(fields, at)
    return None


def _name(fields: Mapping[str, Any], at: datetime) -> Want | None:
    """A name that nobody here has: unknown, or missing in a zone of ours. NODATA of a zone is an answer."""
    if fields["kind"] != "unknown" and fields["rcode"] != "NXDOMAIN":
        return None
    name = folded(str(fields["name"]))
    if name is None:
        return None
    return Want(at, str(fields["asker"]), name, Kind.NAME, str(fields["type"]))


def folded(name: str) -> str | None:
    """Return *name* without the search domain that the asker's resolver hung on; None: a cluster's name.

    `outside.test.default.svc.cluster.local` was a try at `outside.test`; `db.default.svc.cluster.local` is a
    Service that is not there, which is no wish for the outside. Where both can be meant it is the Service: a
    resolver asks for the bare name as well.
    """
    bare = name.rstrip(".").lower()
    rest = CLUSTER_SUFFIX.sub("", bare)
    if rest == bare:
        return bare or None
    return rest if "." in rest else None


def _refused(fields: Mapping[str, Any], at: datetime) -> Want:
    destination, protocol = str(fields["dst"]), str(fields["proto"])
    host = f"[{destination}]" if ":" in destination else destination
    what = f"{host}/{protocol}" if fields.get("port") is None else f"{host}:{fields['port']}/{protocol}"
    return Want(
        at,
        str(fields["src"]),
        what,
        Kind.ADDRESS,
        str(fields["hook"]),
        count=int(fields["packets"]),
        place=str(fields["place"]),
    )


def _missing(fields: Mapping[str, Any], at: datetime) -> Want | None:
    if int(fields["status"]) != 404:
        return None
    url = f"http://{fields['host']}{fields['uri']}"
    return Want(at, str(fields["remote"]), url, Kind.URL, str(fields["method"]))


def _sunk(fields: Mapping[str, Any], at: datetime) -> Want:
    """The sinkhole's own: a request that it could read, else as much of a URL as TLS gives away."""
    peer, port = str(fields["peer"]), int(fields["port"])
    host, path, method, sni = (str(fields.get(key, "")) for key in ("host", "path", "method", "sni"))
    if method == "CONNECT":
        return Want(at, peer, f"https://{path}/", Kind.URL, method)
    if fields["kind"] == "http" and host:
        where = host if ":" in host or port == 80 else f"{host}:{port}"
        return Want(at, peer, f"http://{where}{path}", Kind.URL, method)
    if sni:
        return Want(at, peer, f"https://{sni}/" if port == 443 else f"https://{sni}:{port}/", Kind.URL, "tls")
    return Want(at, peer, f"sinkhole:{port}/tcp", Kind.ADDRESS, str(fields["kind"]))
