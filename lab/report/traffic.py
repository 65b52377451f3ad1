"""`images.json` of a run folder: who had which image from the registry, and what the nodes have. Pure.

The sources are the access logs of the registry and of the front that answers for other names by TLS. They
name every caller by address: a pull that somebody tells of but that never came is not in them, and one that
nobody tells of is. Their times are whole seconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter

from lab.spec.readback import read_back
from lab.spec.registries import DOCKER_HUB, HUB_NAMES

_LINE = re.compile(
    r'(?P<address>[0-9a-f.:]+) \S+ \S+ \[(?P<at>[^\]]+)\] "(?P<method>[A-Z]+) /v2/(?P<name>[^ "?]+)/'
    r'(?P<kind>manifests|blobs)/(?P<what>[^ "/?]+)(?:/[^ "?]*)?(?P<query>\?[^ "]*)? [^"]*" (?P<status>\d{3})'
    r' (?P<size>\d+) "[^"]*" "[^"]*"(?: host=(?P<host>\S+) took=(?P<took>\d+))?'
)
_FRONT = "127.0.0.1"
"""Where the registry hears the front from, whose own log says for whom."""
_SOURCE = re.compile(r"[?&]ns=(?P<host>[^&]+)")
_TIME = "%d/%b/%Y:%H:%M:%S %z"
_OURS = re.compile(r"registry\.k8s\.io/|docker\.io/kindest/")
"""The cluster's own images, which no document speaks of."""


@dataclass(frozen=True, slots=True)
class Pull:
    """What one caller had of one image. *tags* and *digest* are as asked for, where it asked."""

    who: str
    image: str
    tags: tuple[str, ...]
    digest: str
    layers: int
    bytes: int
    first: datetime
    last: datetime

    @property
    def seconds(self) -> float:
        return (self.last - self.first).total_seconds()


@dataclass(frozen=True, slots=True)
class Image:
    """An image on a node."""

    name: str
    digest: str
    bytes: int
    """Unpacked, as containerd counts."""


@dataclass(frozen=True, slots=True)
class Traffic:
    pulls: tuple[Pull, ...] = ()
    pushes: tuple[Pull, ...] = ()
    images: tuple[Image, ...] = ()


@dataclass(slots=True)
class _Tally:
    first: datetime
    last: datetime
    tags: list[str] = field(default_factory=list)
    digest: str = ""
    layers: int = 0
    bytes: int = 0


def pulled_and_pushed(
    lines: Iterable[str], people: Mapping[str, str], *, since: datetime
) -> tuple[tuple[Pull, ...], tuple[Pull, ...]]:
    """Add up the registry's lines. *people* are the names of addresses."""
    pulls: dict[tuple[str, str], _Tally] = {}
    pushes: dict[tuple[str, str], _Tally] = {}
    for asked in filter(None, map(_LINE.match, lines)):
        at = datetime.strptime(asked["at"], _TIME)  # noqa: DTZ007 - the format has a zone
        if at < since.replace(microsecond=0) or not asked["status"].startswith("2"):
            continue
        if asked["address"] == _FRONT:
            continue
        whom = (people.get(asked["address"], asked["address"]), _name(asked))
        if asked["method"] in {"GET", "HEAD"}:
            _pulled(pulls.setdefault(whom, _Tally(at, at)), asked, at)
        else:
            _pushed(pushes.setdefault(whom, _Tally(at, at)), asked, at)
    sent = {whom: tally for whom, tally in pushes.items() if tally.tags or tally.digest}
    had = {whom: tally for whom, tally in pulls.items() if tally.layers}
    return tuple(_told(had)), tuple(_told(sent))


def _pulled(tally: _Tally, asked: re.Match[str], at: datetime) -> None:
    tally.last = max(tally.last, at)
    if asked["kind"] == "manifests":
        _named(tally, asked["what"])
    elif asked["method"] == "GET":
        tally.layers += 1
        tally.bytes += int(asked["size"])


def _pushed(tally: _Tally, asked: re.Match[str], at: datetime) -> None:
    """A layer comes in pieces and is closed by a PUT; the registry's own log has no bytes of it."""
    tally.last = max(tally.last, at)
    if asked["kind"] == "manifests":
        _named(tally, asked["what"])
        return
    tally.layers += asked["method"] == "PUT"
    tally.bytes += int(asked["took"] or 0)


def _named(tally: _Tally, what: str) -> None:
    if not what.startswith("sha256:"):
        tally.tags += [what] if what not in tally.tags else []
    elif not tally.digest:  # an index comes before the manifest that it names
        tally.digest = what


def _name(asked: re.Match[str]) -> str:
    """Return the image's name with its host, which a mirror is told beside the path, the front by itself."""
    source = _SOURCE.match(asked["query"] or "")
    host = source["host"] if source else asked["host"]
    if host is None or asked["name"].startswith(f"{host}/"):
        return asked["name"]
    return f"{DOCKER_HUB if host in HUB_NAMES else host}/{asked['name']}"


def _told(tallies: Mapping[tuple[str, str], _Tally]) -> Iterator[Pull]:
    for (who, image), one in sorted(tallies.items(), key=lambda item: (item[0][1], item[0][0])):
        yield Pull(who, image, tuple(one.tags), one.digest, one.layers, one.bytes, one.first, one.last)


def images_of(crictl: str) -> tuple[Image, ...]:
    """Read `crictl images -o json`; without the cluster's own. Raises ValueError where it is none."""
    found: dict[str, Image] = {}
    for entry in json.loads(crictl)["images"]:
        digest = next((one.partition("@")[2] for one in entry.get("repoDigests") or ()), entry["id"])
        for name in entry.get("repoTags") or ():
            if not _OURS.match(name):
                found[name] = Image(name, digest, int(entry["size"]))
    return tuple(found[name] for name in sorted(found))


_TRAFFIC: TypeAdapter[Traffic] = TypeAdapter(Traffic)


def as_json(traffic: Traffic) -> str:
    return _TRAFFIC.dump_json(traffic, indent=1).decode() + "\n"


def parse(text: str, source: str) -> Traffic:
    """Read what `as_json` wrote. Raises SpecError."""
    return read_back(_TRAFFIC, text, source, "what a run's registry told")
