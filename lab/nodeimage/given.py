"""The node image that a user gives as an archive: looked into before the engine has any of it."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from lab.builds import platforms
from lab.builds.archive import members
from lab.builds.layout import Config, Platform, host_architecture
from lab.errors import LabError, SpecError
from lab.host.shell import Shell

LOAD_SECONDS = 300
LARGEST_CONFIG = 1 << 20
"""An image's config is some kilobytes of JSON; layers are not looked into."""


def load(shell: Shell, archive: Path) -> str:
    """Have the archive's image in the engine and return its name; nothing is loaded of a wrong one."""
    archive = archive.expanduser()
    if not archive.exists():
        raise SpecError([f"node image {archive}: no such file"])
    if not archive.is_file():
        raise SpecError([f"node image {archive}: a folder, where an archive is wanted"])
    refuse_other_architectures(archive)
    loaded = shell.run(["docker", "load", "--input", str(archive)], timeout=LOAD_SECONDS)
    names = re.findall(r"^Loaded image: (\S+)$", loaded.stdout, re.MULTILINE)
    if not loaded.ok:
        said = loaded.last_line
        raise LabError(f"node image {archive}: the engine cannot load it: {said}")
    if not names:
        raise LabError(f"node image {archive}: its image has no name; save it by name, not by id")
    return str(names[0])


def refuse_other_architectures(archive: Path) -> None:
    """Read up to the first config of this host's kind. Raises LabError where there are only others."""
    here, others = host_architecture(), []
    with members(archive) as (tar, found):
        for member in found:
            if not member.isfile() or member.size > LARGEST_CONFIG:
                continue
            file = tar.extractfile(member)
            said = _platform(file.read()) if file else None
            if said is not None and platforms.rank(said, here) is not None:
                return
            others += [platforms.word(said)] if said else []
    if others:
        raise LabError(f"node image {archive}: is for {', '.join(others)}, but this host is linux/{here}")
    raise LabError(f"node image {archive}: holds no image; `docker save` makes what is wanted")


def _platform(text: bytes) -> Platform | None:
    """Return what an image's config says; None for what is none."""
    if b'"rootfs"' not in text:
        return None
    try:
        config = Config.model_validate_json(text)
    except ValidationError:
        return None
    return platforms.of(config, None) if config.architecture else None
