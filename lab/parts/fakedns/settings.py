"""The lab's own choices for the fake DNS, as a JSON file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal, TypeAlias

from . import names
from .names import Name

DEFAULT_CONF = "/etc/bind/named.conf.default-zones"
Address: TypeAlias = IPv4Address | IPv6Address
_KEYS = frozenset({"conf", "hosts", "delegate", "mode", "sinkhole"})


@dataclass(frozen=True, slots=True)
class Settings:
    """*hosts*: names of the lab's own machines; *delegates*: names asked of *delegate_server* alone."""

    conf: str = DEFAULT_CONF
    hosts: Mapping[Name, tuple[Address, ...]] = field(default_factory=dict)
    delegates: frozenset[Name] = frozenset()
    delegate_server: str = "127.0.0.11"
    mode: Literal["deny", "observe"] = "deny"
    sinkhole: IPv4Address | None = None


def read_settings(text: str) -> Settings:
    """Read the file's text. Raises ValueError with every problem, one a line."""
    problems: list[str] = []
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"no JSON: {error}") from None
    if not isinstance(document, dict):
        raise ValueError("not an object; write {} at least")  # noqa: TRY004  # the file is wrong, not the call
    problems += [
        f"{key}: unknown; known are {', '.join(sorted(_KEYS))}" for key in document if key not in _KEYS
    ]
    conf = document.get("conf", DEFAULT_CONF)
    if not isinstance(conf, str) or not conf:
        problems.append("conf: write the path of a BIND configuration file")
    hosts = _hosts(document.get("hosts", {}), problems)
    delegates, server = _delegate(document.get("delegate", {}), problems)
    mode = document.get("mode", "deny")
    if mode not in ("deny", "observe"):
        problems.append(f"mode: {mode!r}; write deny or observe")
    sinkhole = _sinkhole(document.get("sinkhole"), problems)
    if mode == "observe" and "sinkhole" not in document:
        problems.append("sinkhole: observe mode needs its address")
    if problems:
        raise ValueError("\n".join(problems))
    return Settings(conf, hosts, delegates, server, mode, sinkhole)


def _hosts(value: object, problems: list[str]) -> dict[Name, tuple[Address, ...]]:
    found: dict[Name, tuple[Address, ...]] = {}
    if not isinstance(value, dict):
        problems.append("hosts: write an object of names and addresses")
        return found
    for text, addresses in value.items():
        try:
            name = names.lower(names.parse(text))
            many = addresses if isinstance(addresses, list) else [addresses]
            found[name] = tuple(ip_address(_text(address)) for address in many)
        except ValueError as error:
            problems.append(f"hosts.{text}: {error}")
    return found


def _delegate(value: object, problems: list[str]) -> tuple[frozenset[Name], str]:
    server = Settings().delegate_server
    if not isinstance(value, dict) or not set(value) <= {"names", "server"}:
        problems.append('delegate: write {"names": [...], "server": "127.0.0.11"}')
        return frozenset(), server
    found = set()
    listed = value.get("names", [])
    for text in listed if isinstance(listed, list) else [listed]:
        try:
            found.add(names.lower(names.parse(_text(text))))
        except ValueError as error:
            problems.append(f"delegate.names: {error}")
    try:
        server = str(ip_address(_text(value.get("server", server))))
    except ValueError as error:
        problems.append(f"delegate.server: {error}")
    return frozenset(found), server


def _sinkhole(value: object, problems: list[str]) -> IPv4Address | None:
    if value is None:
        return None
    try:
        return IPv4Address(_text(value))
    except ValueError as error:
        problems.append(f"sinkhole: {error}")
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")  # noqa: TRY004  # the file is wrong, not the call
    return value
