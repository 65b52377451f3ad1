"""What a build must be told of this host: mirrors, index, CA bundle, proxies. Never part of an image.

BuildKit hands each to a `RUN --mount=type=secret,id=...`: `apt`, `apt-trixie` (deb822 sources), `apt-conf`,
`pip` (a pip.conf), `ca` (a bundle, at /run/secrets/ca, where the other two point). All are always there,
so that a Dockerfile is the same on a host where nothing special is set.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.builds.sources import Source, debian, host_sources
from lab.errors import ToolMissing
from lab.host.shell import Shell

CA_INSIDE = "/run/secrets/ca"
CA_BUNDLES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
PIP_KEYS = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
"""Build arguments that BuildKit knows and keeps out of the image and of its cache keys."""


def apt_sources(sources: tuple[Source, ...], suite: str) -> str:
    """Return a `.sources` file for *suite*; where the host has no Debian mirror, the base's own serve."""
    source = debian(sources, suite)
    return source.stanza if source else "# This host has no Debian mirror of its own.\n"


def apt_conf(dump: str, *, ca: bool) -> str:
    """Return apt's proxies as `apt-config dump` printed them, and where the CA bundle is."""
    proxies = [line for line in dump.splitlines() if re.match(r"Acquire::\w+::Proxy(::\S+)? \"", line)]
    bundle = [f'Acquire::https::CAInfo "{CA_INSIDE}";'] if ca else []
    return "".join(f"{line}\n" for line in [*proxies, *bundle])


def pip_conf(listing: str, *, ca: bool) -> str:
    """Return a pip.conf with what `pip config list` says of index and proxy; the environment's word wins.

    Folders of the host (`find-links`) and its bundle's path mean nothing inside a build and are left out.
    """
    chosen: dict[str, str] = {}
    for line in sorted(listing.splitlines(), key=lambda line: line.startswith(":env:")):
        key, equals, value = line.partition("=")
        name = key.rpartition(".")[2]
        if equals and name in PIP_KEYS:
            plain = value.strip("'\"").replace("\\n", " ")
            chosen["timeout" if name == "default-timeout" else name] = plain
    if ca:
        chosen["cert"] = CA_INSIDE
    return "[global]\n" + "".join(f"{name} = {value}\n" for name, value in chosen.items())


def ca_bundle(environment: Mapping[str, str]) -> bytes:
    """Return the bundle that this host trusts, empty where there is none."""
    named = environment.get("SSL_CERT_FILE")
    candidates = [Path(named), *CA_BUNDLES] if named else list(CA_BUNDLES)
    found = next((file for file in candidates if file.is_file()), None)
    return found.read_bytes() if found else b""


def host_settings(shell: Shell, environment: Mapping[str, str] = os.environ) -> dict[str, bytes]:
    """Read this host's settings: secret's id to content."""
    sources = host_sources()
    ca = ca_bundle(environment)
    return {
        "apt": apt_sources(sources, "bookworm").encode(),
        "apt-trixie": apt_sources(sources, "trixie").encode(),
        "apt-conf": apt_conf(_said(shell, ["apt-config", "dump", "Acquire"]), ca=bool(ca)).encode(),
        "pip": pip_conf(_said(shell, [sys.executable, "-m", "pip", "config", "list"]), ca=bool(ca)).encode(),
        "ca": ca,
    }


def proxies(environment: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    return {name: environment[name] for name in PROXIES if environment.get(name)}


@contextmanager
def secret_files(settings: Mapping[str, bytes]) -> Iterator[Mapping[str, Path]]:
    """Have the settings as files that only this user can read, for as long as the build takes."""
    with tempfile.TemporaryDirectory(prefix="airgap-lab-") as folder:  # mkdtemp's mode is 0700
        files = {name: Path(folder, name) for name in settings}
        for name, file in files.items():
            file.write_bytes(settings[name])
        yield files


def _said(shell: Shell, argv: list[str]) -> str:
    """Return what a program says of its settings, nothing where it is not there."""
    try:
        completed = shell.run(argv, timeout=30)
    except ToolMissing:
        return ""
    return completed.stdout if completed.ok else ""
