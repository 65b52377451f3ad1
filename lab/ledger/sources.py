"""What the parts said, line by line, as wants. Pure. A line of any other kind is nobody's want.

Each line is told by its own keys, not by where it stood, so that one part may take over another's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from lab.ledger.entries import Fate, Gap, Kind, Want

CLUSTER_SUFFIX = re.compile(r"(?:\.[a-z0-9-]+\.svc|\.svc)?\.cluster\.local$")
"""The search domains of a pod: of its namespace, of all services, of the cluster."""
WALL = "wall"
UNLISTED = "counted, not listed"
SUMMED = "more than is listed"
"""What one wanter tried beyond what is kept apart: the count is of packets."""


def parsed(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield each line that is a JSON object."""
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            continue  # some program's JSON, cut off
        if isinstance(fields, dict):
            yield fields


def wants(lines: Iterable[Mapping[str, Any]]) -> Iterator[Want]:
    """Yield every want of *lines*, in their order."""
    for fields in lines:
        try:
            want = _want(fields, _time(fields["time"]))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            continue  # some program's JSON, not one of ours
        if want is not None:
            yield want


def gaps(lines: Iterable[Mapping[str, Any]]) -> Iterator[Gap]:
    """Yield what the parts say that they could not tell."""
    lines = list(lines)
    for fields in lines:
        try:
            match fields.get("event"):
                case "lost":
                    yield Gap(_time(fields["time"]), int(fields["lines"]), "lines could not be written")
                case "dropped":
                    yield Gap(_time(fields["until"]), int(fields["lines"]), "older lines dropped")
                case "ended":
                    yield Gap(_time(fields["since"]), 1, f"last moment, of {fields['place']} before it ended")
                case "unread":
                    yield Gap(_time(fields["time"]), 1, f"reading failed: {fields['reason']}")
        except (ValueError, KeyError, TypeError, OverflowError):
            continue
    yield from (Gap(_time(fields["since"]), missing) for fields, missing in _differences(lines))


def unlisted_leaks(lines: Iterable[Mapping[str, Any]]) -> Iterator[Want]:
    """Yield what the wall counted as leaks and no set of it told of: nobody knows whose, but they were."""
    for fields, missing in _differences(lines):
        hook = str(fields["hook"])
        if (fate := _fate(hook, str(fields["place"]))) is Fate.LEAKED:
            yield Want(
                _time(fields["time"]), "", UNLISTED, Kind.ADDRESS, hook, missing, place=WALL, fate=fate
            )


def _differences(lines: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Return the last reading of each total of which something is missing for good, and how much that is."""
    last: dict[tuple[str, ...], tuple[datetime, Mapping[str, Any], int]] = {}
    for fields in lines:
        if fields.get("event") != "read":
            continue
        try:
            key = tuple(str(fields[part]) for part in ("place", "space", "table", "hook"))
            missing = int(fields["total"]) - int(fields["listed"]) if fields["settled"] else 0
            at = _time(fields["time"])
            if missing > 0:
                _time(fields["since"])
        except (ValueError, KeyError, TypeError, OverflowError):
            continue
        if key not in last or last[key][0] <= at:
            last[key] = (at, fields, missing)
    return [(fields, missing) for _, fields, missing in last.values() if missing > 0]


def acknowledged(lines: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Return until when leaks have been acknowledged."""
    found = []
    for fields in lines:
        if fields.get("event") == "acknowledged":
            try:
                found.append(_time(fields["until"]))
            except (ValueError, KeyError, TypeError):
                continue
    return max(found, default=None)


def _time(text: object) -> datetime:
    at = datetime.fromisoformat(str(text))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _want(fields: Mapping[str, Any], at: datetime) -> Want | None:
    if "rcode" in fields:
        return _name(fields, at)
    if "hook" in fields and "packets" in fields:
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
    return Want(
        at, str(fields["asker"]), name, Kind.NAME, str(fields["type"]), via=str(fields.get("peer", ""))
    )


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
    source, destination, protocol = str(fields["src"]), str(fields["dst"]), str(fields["proto"])
    hook, place = str(fields["hook"]), str(fields["place"])
    host = f"[{destination}]" if ":" in destination else destination
    what = f"{host}/{protocol}" if fields.get("port") is None else f"{host}:{fields['port']}/{protocol}"
    fate = _fate(hook, place)
    return Want(
        at,
        source,
        what if destination else f"{SUMMED}/{protocol}",
        Kind.ADDRESS,
        f"as {source}" if fate is Fate.SPOOFED and source else hook,
        count=int(fields["packets"]),
        place=place,
        since=_time(fields["from"]) if fields.get("from") else None,
        own=hook == "output" and place != WALL,
        link="" if hook == "output" else str(fields.get("link") or ""),
        sender=str(fields.get("sender") or ""),
        fate=fate,
    )


def _fate(hook: str, place: str) -> Fate:
    if hook in {Fate.SPOOFED, Fate.STRAY}:
        return Fate(hook)
    return Fate.LEAKED if place == WALL else Fate.REFUSED


def _missing(fields: Mapping[str, Any], at: datetime) -> Want | None:
    if int(fields["status"]) != 404:
        return None
    url = f"http://{fields['host']}{fields['uri']}"
    since = None
    if "at" in fields:  # to the millisecond, and when it began
        at = datetime.fromtimestamp(float(fields["at"]), UTC)
        since = at - timedelta(seconds=float(fields["took"]))
    return Want(at, str(fields["remote"]), url, Kind.URL, str(fields["method"]), since=since)


def _sunk(fields: Mapping[str, Any], at: datetime) -> Want:
    """The sinkhole's own: a request that it could read, else as much of a URL as TLS gives away."""
    peer, port = str(fields["peer"]), int(fields["port"])
    if "from" in fields:  # who had the address when the connection came; its client may have been slow
        at = _time(fields["from"])
    host, path, method, sni = (str(fields.get(key, "")) for key in ("host", "path", "method", "sni"))
    if method == "CONNECT":
        return Want(at, peer, f"https://{path}/", Kind.URL, method)
    if fields["kind"] == "http" and host:
        where = host if ":" in host or port == 80 else f"{host}:{port}"
        return Want(at, peer, f"http://{where}{path}", Kind.URL, method)
    if sni:
        return Want(at, peer, f"https://{sni}/" if port == 443 else f"https://{sni}:{port}/", Kind.URL, "tls")
    return Want(at, peer, f"sinkhole:{port}/tcp", Kind.ADDRESS, str(fields["kind"]))
