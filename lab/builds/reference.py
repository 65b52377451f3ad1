"""Image references, by Docker's rules. Facts: the grammar and normalisation of distribution/reference."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lab.errors import LabError
from lab.spec.registries import DOCKER_HUB, REGISTRY, prefix

PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Reference:
    """A complete name: nothing is left to a default."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        return self.name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    @property
    def name(self) -> str:
        return f"{self.registry}/{self.repository}"

    @property
    def path(self) -> str:
        """The repository in the lab's registry: under the original registry's own prefix."""
        return f"{prefix(self.registry)}/{self.repository}"

    @property
    def version(self) -> str:
        """What a registry's manifest address ends in."""
        return self.digest or self.tag or "latest"


def parse_reference(text: str) -> Reference:
    """Read *text* as `docker pull` would: `nginx` is `docker.io/library/nginx:latest`."""
    rest, at, digest = text.partition("@")
    if at and not DIGEST.fullmatch(digest):
        raise _wrong(text, f"{digest!r} is no sha256 digest")
    first, slash, remainder = rest.partition("/")
    if slash and (re.search(r"[.:A-Z[]", first) or first == "localhost"):
        registry, path = first, remainder
    else:
        registry, path = DOCKER_HUB, rest
    if registry == "index.docker.io":
        registry = DOCKER_HUB
    path, colon, tag = path.partition(":")
    if not REGISTRY.fullmatch(registry):
        raise _wrong(text, f"{registry!r} is no registry's name")
    if path.lower() != path:
        raise _wrong(text, "a repository's name is in lower case")
    if not PATH.fullmatch(path):
        raise _wrong(text, f"{path!r} is no repository's name")
    if colon and not TAG.fullmatch(tag):
        raise _wrong(text, f"{tag!r} is no tag")
    if registry == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    if len(registry) + 1 + len(path) > LONGEST_NAME:
        raise _wrong(text, f"the name is longer than {LONGEST_NAME} characters")
    return Reference(registry, path, tag or (None if digest else "latest"), digest or None)


def _wrong(text: str, why: str) -> LabError:
    return LabError(f"{text!r} is no image reference: {why}")
