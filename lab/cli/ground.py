"""What must be true of this host before a lab comes up; each lack is one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lab.cli import wiring
from lab.cli.wiring import say
from lab.errors import LabError
from lab.spec.topology import LABEL

if TYPE_CHECKING:
    from lab.host.lab import Lab


@contextmanager
def held(lab: Lab) -> Iterator[None]:
    """Keep a second `lab up` or `lab down` of the same lab out."""
    from lab.host import lock

    with lock.held(lab.state / "lock", f"lab {lab.config.name!r}"):
        yield


def programs_are_there(lab: Lab) -> None:
    """See that what the lab runs on this host can be run. Raises ToolMissing."""
    for argv in (["docker", "version", "--format", "{{.Client.Version}}"], ["kind", "version"]):
        lab.host.shell.run(argv, timeout=10)


def files_are_there(lab: Lab) -> None:
    """See that the folder to serve has files. Raises SpecError."""
    from lab.errors import SpecError

    static = lab.config.static
    if static is None:
        return
    if not static.is_dir():
        raise SpecError([f"{static}: no folder; --static wants the folder that the site serves"])
    if not any(file.is_file() for file in static.rglob("*")):
        raise SpecError([f"{static}: a folder without a file; --static wants what the site serves"])


def tell_warnings(lab: Lab, file: Path | None) -> None:
    """Say what of the exports is taken as it is written, and perhaps is not meant so."""
    from lab.spec import exports

    if lab.config.exports is not None:
        for warning in exports.warnings(lab.config.exports):
            say(f"{file or 'lab.yaml'}: exports, line {warning}")


def same_choices(lab: Lab) -> None:
    """Refuse to turn a standing lab into another one under way."""
    from lab.spec.config import LabConfig

    if lab.host.containers.network_labels(lab.topology.network.name) is None:
        return
    standing = wiring.recorded(lab.config.name, lab.host)
    if standing is None:
        raise LabError(
            f"the network {lab.topology.network.name!r} is there and is not a lab's; choose another --name"
        )
    different = [
        "exports: other lines stand"
        if key == "exports"
        else f"{key}: {getattr(standing, key)} stands, {getattr(lab.config, key)} asked for"
        for key in LabConfig.model_fields
        if getattr(standing, key) != getattr(lab.config, key)
    ]
    if different:
        raise LabError(
            f"lab {lab.config.name!r} stands with other choices ({'; '.join(different)}); `lab down` first"
        )


def subnet_is_free(lab: Lab) -> None:
    """Name whoever has an overlapping subnet, and the setting to change."""
    for owner, taken in lab.host.containers.subnets():
        if owner != lab.topology.network.name and taken.overlaps(lab.config.subnet):
            other = (lab.host.containers.network_labels(owner) or {}).get(LABEL)
            who = f"the network {owner!r}" if other is None else f"lab {other!r}"
            down = "" if other is None else f"`lab down --name {other}` removes it, or "
            raise LabError(
                f"subnet {lab.config.subnet} is taken by {who} ({taken}); "
                f"{down}choose another with --subnet or `subnet:` in lab.yaml"
            )


def images_there(lab: Lab) -> str:
    """Have every image of the lab's own parts, building what is missing; return the node image."""
    from lab.cli import images

    return images.ensure(lab, say=say, root=wiring.project_root())
