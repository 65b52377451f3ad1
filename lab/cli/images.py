"""`lab images`: build the stand-ins, load real archives, push to the registry, list, prune."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, say

if TYPE_CHECKING:
    from lab.host.lab import Lab

app = typer.Typer(
    no_args_is_help=True, help="Build, load, push, list and prune images.", rich_markup_mode=None
)


def ensure(lab: Lab, *, say: Callable[[str], None], root: Path, targets: Sequence[str] = ()) -> str:
    """Have every image (or those of *targets*), building what is stale or missing.

    Returns the node image's reference.
    """
    from lab.builds import bake
    from lab.nodeimage import choice, helm

    cache = wiring.cache_folder()
    node = choice.choose(
        lab.host.shell, lab.config.node_image, cache=cache, recipe=root / "images" / "node", say=say
    )
    programs = helm.ensure(lab.host.shell, cache=cache, recipe=root / "images" / "workstation", say=say)
    bake.build(lab.host.shell, targets, root=root, cache=cache, say=say, node_image=node, helm=programs)
    return node


@app.command("build")
def build(
    targets: Annotated[
        list[str] | None, typer.Argument(help="Targets of images/docker-bake.hcl; all, if none is named.")
    ] = None,
    name: Name = None,
    config: ConfigFile = None,
) -> None:
    """Build every image that is missing or no longer made of its inputs.

    Stand-ins are taken out of the engine as well, once, so that no delivery has to wait for it.
    """
    from lab.builds import bake, store

    lab = wiring.wired(name, config)
    node = ensure(lab, say=say, root=wiring.project_root(), targets=targets or ())
    kept = store.open_store(wiring.cache_folder())
    store.gather(kept, lab.host.shell, bake.stand_ins(lab.host.shell), say=say)
    say(f"node image: {node}")


@app.command("push")
def push(
    references: Annotated[list[str], typer.Argument(help="Original names, as in the document.")],
    name: Name = None,
    config: ConfigFile = None,
) -> None:
    """Deliver images to the lab's registry and its nodes, under their original names."""
    from lab.builds import deliver

    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    deliver.deliver(references, lab.topology, lab.host, cache=wiring.cache_folder(), say=say)


@app.command("load")
def load(
    archive: Annotated[
        Path, typer.Argument(help="A `docker save` or OCI archive, or a haul; plain or compressed.")
    ],
    name: Annotated[
        str | None, typer.Option("--as", help="The name of an image that has none in it.")
    ] = None,
) -> None:
    """Take the images of an archive, in the place of stand-ins of the same names."""
    from lab.builds import store

    for reference in store.load_archive(archive, cache=wiring.cache_folder(), name=name, say=say):
        print(reference)


@app.command("save")
def save(
    file: Annotated[Path, typer.Argument(help="The archive to write; its name ends in .tar.xz.")],
    references: Annotated[list[str], typer.Argument(help="Original names, in the order to write them.")],
) -> None:
    """Write an archive of images for `docker load`, to be carried into a gap."""
    import shutil

    from lab.builds import writing
    from lab.errors import LabError

    made = writing.write(
        references, file.name, wiring.real_host().shell, cache=wiring.cache_folder(), say=say
    )
    try:
        shutil.copyfile(made, file)
    except OSError as error:
        raise LabError(f"{file} cannot be written: {error.strerror or error}") from error
    print(file)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the images that could be delivered."""
    from lab.builds import store

    rows = store.listing(wiring.cache_folder())
    if as_json:
        print(json.dumps([row.as_dict() for row in rows]))
        return
    for row in rows:
        print(f"{row.reference:<70} {row.size / 1e6:8.0f} MB  {row.digest[:19]}")


@app.command("prune")
def prune() -> None:
    """Free what images of the store were before they were built or loaded anew."""
    from lab.builds import prune, store

    host = wiring.real_host()
    freed = prune.prune(store.open_store(wiring.cache_folder()), host.clock.now())
    print(f"freed {freed / 1e6:.0f} MB")
