"""Routes out of the annotations of services, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

ANNOTATION = "getambassador.io/config"
TIMEOUT_MS = 3000
"""How long a service may take to answer where its mapping does not say."""
KNOWN = frozenset(
    "apiVersion kind method name precedence prefix rewrite service timeout_ms tls use_websocket".split()  # noqa: SIM905
)

_loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Route:
    """What begins with *prefix* goes to *host*:*port*, with *rewrite* in the prefix's place."""

    name: str
    prefix: str
    host: str
    port: int
    rewrite: str = "/"
    tls: bool = False
    timeout_ms: int = TIMEOUT_MS
    websocket: bool = False
    method: str = ""
    """Empty: any."""
    precedence: int = 0

    @property
    def weight(self) -> tuple[int, int, str, str]:
        """The heavier route is tried first, so `/` comes last."""
        return (self.precedence, len(self.prefix), self.prefix, self.method)


@dataclass(frozen=True, slots=True)
class Reading:
    routes: tuple[Route, ...]
    errors: tuple[str, ...]
    """What could not be made a route of, and why; the others stand."""


OWN = Route("internal_diagnostics_probe_mapping", "/ambassador/v0/", "127.0.0.1", 8877, "/ambassador/v0/")
"""The gateway's own pages are reached through it, too."""


def read(services: Iterable[Mapping[str, Any]]) -> Reading:
    """Read the annotations of *services* (as the API lists them)."""
    routes: list[Route] = [OWN]
    errors: list[str] = []
    for service in services:
        metadata = service["metadata"]
        text = (metadata.get("annotations") or {}).get(ANNOTATION)
        if text is None:
            continue
        where = f"service {metadata.get('namespace', 'default')}/{metadata['name']}"
        try:
            routes += [_route(document) for document in _documents(text)]
        except ValueError as error:
            errors.append(f"{where}: {error}")
    return Reading(tuple(sorted(routes, key=lambda route: route.weight, reverse=True)), tuple(errors))


def _documents(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        found = list(yaml.load_all(text, Loader=_loader))
    except yaml.YAMLError as error:
        raise ValueError(f"the annotation is not YAML: {' '.join(str(error).split())}") from error
    for document in found:
        if document is None:
            continue
        if not isinstance(document, dict):
            raise ValueError("the annotation has a document that is not an object")  # noqa: TRY004
        yield document


def _route(document: Mapping[str, Any]) -> Route:
    """Make a route of a Mapping. Raises ValueError, also for what this stand-in does not play."""
    kind, version = document.get("kind"), document.get("apiVersion")
    if version != "ambassador/v0" or kind != "Mapping":
        raise ValueError(f"kind {kind} of {version} is not played, only Mapping of ambassador/v0")
    unknown = sorted(str(key) for key in document if key not in KNOWN)
    name, prefix, service = (_text(document, key) for key in ("name", "prefix", "service"))
    if unknown:
        raise ValueError(f"mapping {name}: {', '.join(unknown)}: not played by this stand-in")
    if not prefix.startswith("/"):
        raise ValueError(f"mapping {name}: prefix {prefix!r} does not begin with /")
    tls = document.get("tls") is True or service.startswith("https://")
    host, _, port = service.removeprefix("https://").removeprefix("http://").partition(":")
    return Route(
        name,
        prefix,
        host,
        _number(name, "service", port or ("443" if tls else "80")),
        _text({"rewrite": "/", **document}, "rewrite") if document.get("rewrite") != "" else "",
        tls,
        _number(name, "timeout_ms", document.get("timeout_ms", TIMEOUT_MS)),
        document.get("use_websocket") is True,
        str(document.get("method", "")).upper(),
        _number(name, "precedence", document.get("precedence", 0)),
    )


def _text(document: Mapping[str, Any], key: str) -> str:
    found = document.get(key)
    if not isinstance(found, str) or not found or any(letter.isspace() for letter in found):
        raise ValueError(f"mapping {document.get('name')}: {key} must be text without blanks")
    return found


def _number(name: str, key: str, found: object) -> int:
    try:
        return int(str(found))
    except ValueError:
        raise ValueError(f"mapping {name}: {key}: {found!r} is no number") from None
