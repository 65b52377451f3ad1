"""What an image is made from, as one digest: the Dockerfile, the files that it copies, the images under it.

Reads only what our own Dockerfiles use of the Dockerfile language: FROM, ARG defaults, COPY and
RUN --mount=from or --mount=type=bind,source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a Dockerfile names: *images* by reference, *paths* (globs) under the build context."""

    images: tuple[str, ...]
    paths: tuple[str, ...]


def read_inputs(dockerfile: str, arguments: Mapping[str, str]) -> Inputs:
    """Return what *dockerfile* is made from; *arguments* stand before its own ARG defaults."""
    known: dict[str, str] = {}
    stages: set[str] = set()
    images: list[str] = []
    paths: list[str] = []
    for instruction, rest in _instructions(dockerfile):
        words = _filled(rest, known).split()
        options = [word for word in words if word.startswith("--")]
        plain = [word for word in words if not word.startswith("--")]
        named = _named_sources(options)
        if instruction == "ARG":
            name, _, default = rest.partition("=")
            known[name.strip()] = arguments.get(name.strip(), default.strip().strip('"'))
        elif instruction == "FROM":
            named = [plain[0]]
        elif instruction in {"COPY", "ADD"} and not named:
            paths.extend(plain[:-1])
        elif instruction == "RUN":
            paths.extend(_bound(options))
        images.extend(
            name for name in named if name not in stages and name != "scratch" and not name.isdigit()
        )
        if instruction == "FROM" and len(plain) == 3 and plain[1].upper() == "AS":
            stages.add(plain[2])
    return Inputs(tuple(dict.fromkeys(images)), tuple(dict.fromkeys(paths)))


def digest(root: Path, target: str, dockerfile: str, inputs: Inputs, image_ids: Mapping[str, str]) -> str:
    """Return a digest of all that *target* (its definition, as text) is made from, under *root*.

    A path that is not there counts as such: the build itself says so better.
    """
    total = hashlib.sha256()
    for text in (target, dockerfile, *(f"{name}={image_ids.get(name)}" for name in inputs.images)):
        total.update(hashlib.sha256(text.encode()).digest())
    for file in _files(root, inputs.paths):
        relative = file.relative_to(root).as_posix()
        try:
            content, mode = file.read_bytes(), file.stat().st_mode & 0o111
        except OSError as error:
            raise LabError(f"{file}: {error.strerror}") from error
        total.update(f"{relative}\0{bool(mode)}\0".encode())
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:24]


def _instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in dockerfile.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\s*\n", " ", "\n".join(lines))
    for line in joined.splitlines():
        instruction, _, rest = line.strip().partition(" ")
        yield instruction.upper(), rest.strip()


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$(?:\{(\w+)}|(\w+))", lambda name: known.get(name[1] or name[2], name[0]), text)


def _named_sources(options: Iterable[str]) -> list[str]:
    """Return what `--from=X` and `--mount=...,from=X` name."""
    found = [re.search(r"^--from=(\S+)|^--mount=(?:\S*,)?from=([^,\s]+)", option) for option in options]
    return [name[1] or name[2] for name in found if name]


def _bound(options: Iterable[str]) -> list[str]:
    """Return the paths of the build context that `--mount=type=bind,source=X` shows to a command."""
    mounts = [
        option.removeprefix("--mount=").split(",") for option in options if option.startswith("--mount=")
    ]
    asked = [dict(setting.split("=", 1) for setting in mount if "=" in setting) for mount in mounts]
    return [
        mount["source"]
        for mount in asked
        if mount.get("type", "bind") == "bind" and "source" in mount and "from" not in mount
    ]


def _files(root: Path, globs: Iterable[str]) -> Iterator[Path]:
    found: set[Path] = set()
    for glob in globs:
        for path in root.glob(glob.lstrip("/").rstrip("/")):
            found.update(path.rglob("*") if path.is_dir() else [path])
    for path in sorted(found):
        if path.is_file() and path.suffix != ".pyc":
            yield path
