"""From the options to the parts: the only place where the real doors are made."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.errors import LabError

if TYPE_CHECKING:
    from rich.console import ConsoleRenderable

    from lab.components import Component
    from lab.host import Host
    from lab.host.lab import Lab
    from lab.spec.config import LabConfig

Name = Annotated[str | None, typer.Option("--name", envvar="LAB_NAME", help="The lab's name (default: lab).")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", envvar="LAB_CONFIG", help="Choices in a file (lab.yaml).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go on without asking.")]


class UnreadableRecord(LabError):
    """A lab stands under this name, and what it was made of cannot be told."""


def say(text: str) -> None:
    """Talk to the user: stderr, so that stdout stays the product.

    In one write, since parts talk side by side.
    """
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def cache_folder() -> Path:
    return _xdg("XDG_CACHE_HOME", ".cache") / "airgap-lab"


def state_folder(name: str) -> Path:
    return _xdg("XDG_STATE_HOME", ".local/state") / "airgap-lab" / name


def show(table: ConsoleRenderable) -> None:
    """Print a table: folded to a terminal's width, else one row a line, whole."""
    from io import StringIO

    from rich.console import Console

    if sys.stdout.isatty():
        Console().print(table)
        return
    text = StringIO()
    Console(file=text, width=10_000).print(table)
    print("\n".join(line.rstrip() for line in text.getvalue().splitlines()))


def project_root() -> Path:
    """The checkout that holds `images/` and `scenarios/`."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "images" / "docker-bake.hcl").is_file():
        raise LabError(
            f"{root} holds no images/docker-bake.hcl: images are built from a checkout of the project"
        )
    return root


def real_host() -> Host:
    from lab.host import Host
    from lab.host.clock import SystemClock
    from lab.host.engine import DockerContainers
    from lab.host.shell import LocalShell

    return Host(LocalShell(), DockerContainers(), SystemClock())


def choices(name: str | None, file: Path | None, **given: object) -> LabConfig:
    """Read the choices: the file's, then the command line's, which win."""
    from lab.spec.config import beside
    from lab.spec.reading import config_from, read_config

    changed = {key: value for key, value in {"name": name, **given}.items() if value is not None}
    base = read_config(file).model_dump(exclude_unset=True) if file else {}
    return config_from({**base, **beside(Path(), changed)}, "command line")


def wired(name: str | None, file: Path | None) -> Lab:
    """Wire the lab that stands under this name, from the choices it was made of; else from the files'."""
    config = choices(name, file)
    host = real_host()
    return wire(recorded(config.name, host) or config, host)


def wired_to_remove(name: str | None, file: Path | None) -> Lab:
    """Wire a lab whose record may be unreadable: to remove it, its name is enough."""
    config = choices(name, file)
    host = real_host()
    try:
        return wire(recorded(config.name, host) or config, host)
    except UnreadableRecord as error:
        say(f"lab: {error}")
        return wire(config, host)


def recorded(name: str, host: Host) -> LabConfig | None:
    """Return the choices that the lab called *name* was made of; None where no network of its name has any.

    Raises UnreadableRecord.
    """
    from pydantic import ValidationError

    from lab.spec.config import LabConfig
    from lab.spec.topology import CONFIG_LABEL

    labels = host.containers.network_labels(name)
    if not labels or CONFIG_LABEL not in labels:
        return None
    try:
        return LabConfig.model_validate_json(labels[CONFIG_LABEL])
    except ValidationError as error:
        raise UnreadableRecord(
            f"the record of lab {name!r} cannot be read, another version wrote it; `lab down` removes it"
        ) from error


def wire(config: LabConfig, host: Host) -> Lab:
    from lab.host.lab import Lab
    from lab.spec.plan import plan

    return Lab(config, plan(config), host, state_folder(config.name), cache_folder())


def must_stand(lab: Lab) -> None:
    """Refuse, clearly, to work in a lab that is not there."""
    if lab.host.containers.network_labels(lab.topology.network.name) is None:
        raise LabError(f"no lab named {lab.config.name!r} stands here; `lab up` brings one up")


def components(lab: Lab) -> tuple[Component, ...]:
    """Return every part, in the order in which they come up."""
    return tuple(component for stage in stages(lab, node_image="") for component in stage)


def stages(lab: Lab, *, node_image: str, recreate: bool = False) -> tuple[tuple[Component, ...], ...]:
    """Return the parts as they come up: stage after stage, those of one stage side by side."""
    from lab.components import Ground, assemble
    from lab.doctor import HostMachine, restricted

    ground = Ground(
        node_image=node_image,
        state=lab.state,
        restricted=restricted(HostMachine(lab.host.shell, lab.host.clock)),
        recreate=recreate,
    )
    return assemble(lab.topology, lab.host, ground)


def _xdg(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / default)
