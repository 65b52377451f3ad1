"""Who had which address from when to when: read from what nodes, kernels and the API server said. Pure.

The nodes come first: their network plugin writes a line before a pod's first process runs, and one when the
address is free again. A namespace's own addresses are the kernel's word. What only the API server tells is
taken where the others are silent. Nobody is given an address before or after he had it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

FAR = datetime.max.replace(tzinfo=UTC)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """*who* had an address from *start* until just before *end*."""

    start: datetime
    who: str
    node: str = ""
    end: datetime = FAR

    def meets(self, since: datetime, until: datetime) -> bool:
        return self.start <= until and since < self.end


@dataclass(frozen=True, slots=True)
class Spans:
    """By address; *guests* are pods in the network of a node, by node."""

    sure: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    told: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """By the API server alone."""
    links: Mapping[tuple[str, str], tuple[Span, ...]] = field(default_factory=dict)
    """By node and the name that a pod's link has there."""
    guests: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    nodes: frozenset[str] = frozenset()
    ranges: Mapping[str, str] = field(default_factory=dict)
    """The node whose pods have had the addresses that begin so."""


def read_spans(
    lines: Iterable[Mapping[str, Any]], *, nodes: Iterable[str], made: Mapping[str, datetime]
) -> Spans:
    """Read the books' lines. *made*: since when a place has the address that is the first known of it."""
    known = frozenset(nodes)
    history = _History(known, made)
    for at, line in sorted(_dated(lines), key=lambda one: one[0]):
        history.take(at, line)
    return history.spans()


def _dated(lines: Iterable[Mapping[str, Any]]) -> Iterable[tuple[datetime, Mapping[str, Any]]]:
    for line in lines:
        try:
            at = datetime.fromisoformat(line["time"])
        except (KeyError, TypeError, ValueError):
            continue
        yield at if at.tzinfo else at.replace(tzinfo=UTC), line


class _History:
    """Takes the lines in the order of their times."""

    def __init__(self, nodes: frozenset[str], made: Mapping[str, datetime]) -> None:
        self._nodes = nodes
        self._made = made
        self._ended: dict[str, list[Span]] = {}
        self._open: dict[tuple[str, str], Span] = {}
        """By address and node: link-local addresses stand once on each node."""
        self._holders: dict[tuple[str, str], tuple[str, str]] = {}
        """By address and node: the sandbox that had it last."""
        self._sandboxes: dict[tuple[str, str], tuple[str, ...]] = {}
        self._places: dict[str, frozenset[str]] = {}
        self._looked = self._before = LONG_AGO
        """When the gatekeeper last wrote anything, and the time before that."""
        self._links: dict[tuple[str, str], list[Span]] = {}
        self._plugged: set[str] = set()
        self._told_at = LONG_AGO
        self._told: dict[tuple[str, str], Span] = {}
        self._guests: dict[str, dict[str, Span]] = {}

    def take(self, at: datetime, line: Mapping[str, Any]) -> None:
        if "place" in line and at > self._looked:
            self._before, self._looked = self._looked, at
        try:
            match line.get("command", line.get("event")):
                case "ADD":
                    self._added(at, line)
                case "DEL":
                    self._deleted(at, line)
                case "place":
                    self._place(at, line)
                case "pod":
                    self._pod(at, line)
                    self._told_at = at
                case "watch":
                    self._watch_begins()
        except (KeyError, TypeError, AttributeError):
            return  # some other program's line

    def spans(self) -> Spans:
        sure: dict[str, list[Span]] = {address: list(spans) for address, spans in self._ended.items()}
        for (address, _), span in self._open.items():
            sure.setdefault(address, []).append(span)
        told: dict[str, list[Span]] = {}
        for (address, uid), span in self._told.items():
            if uid not in self._plugged or address not in sure:
                told.setdefault(address, []).append(span)
        return Spans(
            {address: tuple(spans) for address, spans in sure.items()},
            {address: tuple(spans) for address, spans in told.items()},
            {link: tuple(spans) for link, spans in self._links.items()},
            {node: tuple(spans.values()) for node, spans in self._guests.items()},
            self._nodes,
            _ranges(sure),
        )

    def _added(self, at: datetime, line: Mapping[str, Any]) -> None:
        node, who = str(line["node"]), f"pod {line['namespace']}/{line['name']}"
        sandbox = (node, str(line["sandbox"]))
        addresses = tuple(map(str, line["addresses"]))
        self._plugged.add(str(line.get("uid", "")))
        for address in addresses:
            self._close(address, node, at)
            self._open[address, node] = Span(at, who, node)
            self._holders[address, node] = sandbox
        if link := str(line.get("veth") or ""):
            links = self._links.setdefault((node, link), [])
            links[-1:] = [replace(one, end=min(one.end, at)) for one in links[-1:]]
            links.append(Span(at, who, node))
        self._sandboxes[sandbox] = (*self._sandboxes.get(sandbox, ()), *addresses)

    def _deleted(self, at: datetime, line: Mapping[str, Any]) -> None:
        """The first of a sandbox counts: by the second its address may be another's.

        So it may at the very moment of the first, whichever line is read before the other.
        """
        node = str(line["node"])
        sandbox = (node, str(line["sandbox"]))
        for address in self._sandboxes.pop(sandbox, ()):
            if self._holders.get((address, node)) == sandbox:
                self._close(address, node, at)

    def _place(self, at: datetime, line: Mapping[str, Any]) -> None:
        place, now = str(line["place"]), frozenset(map(str, line["addresses"]))
        before = self._places.get(place)
        if before is None:
            start = min(self._made.get(place, at), at)
        else:
            start = at
            # What changed while nobody looked ended when it was last seen.
            gone = self._before if line.get("first") else at
            for address in before - now:
                self._close(address, place, max(gone, self._open[address, place].start))
        who = f"node {place}" if place in self._nodes else place
        for address in now - (before or frozenset()):
            self._open[address, place] = Span(start, who, place)
        self._places[place] = now

    def _pod(self, at: datetime, line: Mapping[str, Any]) -> None:
        uid, who, node = str(line["uid"]), f"pod {line['namespace']}/{line['name']}", str(line["node"])
        over = line["what"] == "deleted"
        end = at if over else FAR
        if line["host_network"]:
            guests = self._guests.setdefault(node, {})
            guests[uid] = replace(guests.get(uid, Span(at, who)), end=end)
            return
        for address in map(str, line["addresses"]):
            self._told[address, uid] = replace(self._told.get((address, uid), Span(at, who, node)), end=end)
        if over:
            for key, span in self._told.items():
                if key[1] == uid:
                    self._told[key] = replace(span, end=min(at, span.end))

    def _watch_begins(self) -> None:
        """What ended while nobody watched is not told: who is still there is told again."""
        self._told = {key: self._last_seen(span) for key, span in self._told.items()}
        for node, guests in self._guests.items():
            self._guests[node] = {uid: self._last_seen(span) for uid, span in guests.items()}

    def _last_seen(self, span: Span) -> Span:
        return replace(span, end=min(span.end, max(self._told_at, span.start)))

    def _close(self, address: str, node: str, at: datetime) -> None:
        span = self._open.pop((address, node), None)
        if span is not None and at > span.start:
            self._ended.setdefault(address, []).append(replace(span, end=at))


def _ranges(sure: Mapping[str, Iterable[Span]]) -> dict[str, str]:
    """Return the node by the first three parts of its pods' IPv4 addresses, where it is one node."""
    nodes: dict[str, set[str]] = {}
    for address, spans in sure.items():
        if "." in address:
            owners = {span.node for span in spans if span.who.startswith("pod ")}
            nodes.setdefault(address.rpartition(".")[0], set()).update(owners)
    return {near: one.pop() for near, one in nodes.items() if len(one) == 1}
