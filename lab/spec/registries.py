"""Original registries: how they are called, and where each has its own place in the lab's. Pure.

Facts: the grammar of distribution/reference; containerd's docs/hosts.md (a pull of `host:port/name` reads the
folder `host:port`, letter for letter); RFC 1035 (a name's lengths).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv6Address

DOCKER_HUB = "docker.io"
HUB_NAMES = (DOCKER_HUB, "registry-1.docker.io", "index.docker.io")

HOST_PART = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
REGISTRY = re.compile(rf"(?P<host>{HOST_PART}(?:\.{HOST_PART})*|\[[0-9a-fA-F:]+])(?::(?P<port>[0-9]+))?")
PORT = re.compile(r"[1-9][0-9]{0,4}")
LONGEST_NAME, LONGEST_PART = 253, 63


def prefix(registry: str) -> str:
    """Return *registry* as a part of a repository's path, where a port's colon may not stand."""
    return re.sub(r"[^a-z0-9.-]+", "_", registry.lower()).strip("_")


def registry_name(text: str) -> str:
    """Return *text* if images can have it before their first slash. Raises ValueError with what to write."""
    if wrong := _wrong(text):
        meant = _meant(text)
        instead = (
            f"write {meant}" if meant else "write a host, or host:port, as in quay.io or registry.test:5000"
        )
        msg = f"mirrors: {text!r} {wrong}; {instead}"
        raise ValueError(msg)
    return text


def different(registries: Sequence[str]) -> Sequence[str]:
    """Return *registries* if each has a place of its own. Raises ValueError."""
    places: dict[str, str] = {}
    for one in registries:
        first = places.setdefault(prefix(one), one)
        if first == one and registries.count(one) > 1:
            msg = f"mirrors: {one!r} is there twice; take one of them out"
            raise ValueError(msg)
        if first != one:
            msg = f"mirrors: {first!r} and {one!r} would have one place in the lab's registry; leave one out"
            raise ValueError(msg)
    return registries


def _wrong(text: str) -> str | None:
    found = REGISTRY.fullmatch(text)
    checks = (
        (text in HUB_NAMES[1:], "is Docker Hub, whose images are called docker.io/..."),
        ("://" in text, "has a scheme, and a registry is called by its host alone"),
        ("*" in text or text == "_default", "stands for many, and each registry is called by its own name"),
        ("/" in text, "has a path, and a registry is called by its host alone"),
        (text != text.lower(), "has capital letters, and containerd looks for the name as it is written"),
        (found is None, "is no registry's name"),
    )
    wrong = next((why for applies, why in checks if applies), None)
    return wrong if wrong or found is None else _wrong_host(found["host"], found["port"])


def _wrong_host(host: str, port: str | None) -> str | None:
    is_ipv6 = host.startswith("[")
    longest = max(map(len, host.split(".")))
    checks = (
        (
            port is not None and not (PORT.fullmatch(port) and int(port) < 65536),
            f"has the port {port}, and ports go from 1 to 65535",
        ),
        (is_ipv6 and not _is_ipv6(host[1:-1]), "is no IPv6 address"),
        (
            len(host) > LONGEST_NAME or longest > LONGEST_PART,
            f"is too long for a host's name ({LONGEST_NAME} characters, {LONGEST_PART} between two dots)",
        ),
        (
            port is None and not is_ipv6 and "." not in host and host != "localhost",
            "has neither dot nor port, so images with it are Docker Hub's",
        ),
    )
    return next((why for applies, why in checks if applies), None)


def _meant(text: str) -> str | None:
    """Return what was probably meant, where that is a registry's name."""
    host = text.strip().lower().rpartition("://")[2].partition("/")[0].rpartition("@")[2].removeprefix("*.")
    host = re.sub(r"\.(?=:|$)", "", host).removesuffix(":")
    host = f"[{host}]" if _is_ipv6(host) else host
    host = DOCKER_HUB if host.removesuffix(":443") in {*HUB_NAMES, "hub.docker.com"} else host
    return host if host != text and _wrong(host) is None else None


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text and "." not in text
