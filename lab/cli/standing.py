"""`lab up`, `down`, `status`, `shell`, `kubectl`, `logs`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, say

if TYPE_CHECKING:
    from lab.host.lab import Lab

PARTS = ("site", "dns", "web", "nfs", "registry", "sinkhole", "workstation", "gatekeeper")

UNTOUCHED = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
"""From the first word on, the rest is the program's: its `--`, its `--help`, its `--name`."""


def register(app: typer.Typer) -> None:
    app.command("up")(up)
    app.command("down")(down)
    app.command("status")(status)
    app.command("shell")(shell)
    app.command("kubectl", context_settings=UNTOUCHED)(kubectl)
    app.command("logs")(logs)


def up(
    name: Name = None,
    config: ConfigFile = None,
    subnet: Annotated[str | None, typer.Option(help="The site's network.")] = None,
    node_image: Annotated[str | None, typer.Option(help="A kind node image: reference or archive.")] = None,
    static: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="A folder to serve in place of the made digits.")
    ] = None,
    recreate: Annotated[
        bool, typer.Option("--recreate", help="Make the cluster anew, without what is in it now.")
    ] = False,
) -> None:
    """Bring the lab up, or repair it; twice is once. Exit code 1: nobody has acknowledged a leak."""
    from lab import lifecycle
    from lab.cli import ground
    from lab.ledger import leaks

    host = wiring.real_host()
    given = wiring.choices(name, config, subnet=subnet, node_image=node_image, static=static)
    lab = wiring.wire(given, host)
    ground.programs_are_there(lab)
    ground.files_are_there(lab)
    ground.tell_warnings(lab, config)
    with ground.held(lab):
        ground.same_choices(lab)
        ground.subnet_is_free(lab)
        image = ground.images_there(lab)
        start = host.clock.monotonic()
        try:
            lifecycle.up(
                wiring.stages(lab, node_image=image, recreate=recreate),
                clock=host.clock,
                begin=lambda _: None,
                done=lambda part, seconds: say(f"  {part:<12} ready  {seconds:6.1f} s"),
            )
        except KeyboardInterrupt:
            say("`lab up` again goes on, `lab down` removes")
            raise
    took = f"lab {given.name!r} is up in {host.clock.monotonic() - start:.1f} s, sealed"
    if leaked := leaks.unacknowledged(lab.topology, lab.host):
        say(f"{took}, but not ready: {leaked}")
        raise typer.Exit(1)
    say(f"{took}; `lab run` replays in it")


def down(name: Name = None, config: ConfigFile = None) -> None:
    """Remove every trace of the lab from this host."""
    from lab import lifecycle
    from lab.cli import ground

    lab = wiring.wired_to_remove(name, config)
    with ground.held(lab):
        lifecycle.down(wiring.components(lab), begin=lambda _: None)
    say(f"lab {lab.config.name!r} is gone")


def status(
    name: Name = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
    fidelity: Annotated[
        bool, typer.Option("--fidelity", help="Say what differs from a real site instead.")
    ] = False,
    case: Annotated[
        Path | None, typer.Option("--case", help="With --fidelity: what is known of the site (case.yaml).")
    ] = None,
) -> None:
    """Say of each part: ready, or why not. Exit code 1 when one is not."""
    from lab import lifecycle

    lab = wiring.wired(name, config)
    if fidelity:
        _fidelity(lab, case, as_json=as_json)
        return
    answers = lifecycle.status(wiring.components(lab))
    if as_json:
        print(
            json.dumps(
                [{"part": one.component, "ready": not one.problem, "problem": one.problem} for one in answers]
            )
        )
    else:
        for one in answers:
            print(f"{one.component:<12} {'ready' if one.problem is None else 'not ready: ' + one.problem}")
    raise typer.Exit(any(one.problem for one in answers))


def _fidelity(lab: Lab, case: Path | None, *, as_json: bool) -> None:
    from lab.report.fidelity import as_data, as_text, compare
    from lab.run import fidelity
    from lab.spec.reading import read_case

    claims = () if case is None else read_case(case).site
    wiring.must_stand(lab)
    rows = compare(fidelity.read(lab), claims)
    print(json.dumps(as_data(rows), indent=1) if as_json else as_text(rows))


def shell(name: Name = None, config: ConfigFile = None) -> None:
    """Open a prompt on the workstation, inside the gap."""
    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    _become_in_workstation(lab, "-w", "/root", then=("bash", "-l"))


def kubectl(context: typer.Context, name: Name = None, config: ConfigFile = None) -> None:
    """Run kubectl on the workstation: `lab kubectl get pods`. What follows its first word is its own."""
    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    _become_in_workstation(lab, then=("kubectl", *context.args))


def _become_in_workstation(lab: Lab, *options: str, then: Sequence[str]) -> None:
    """Become a program on the workstation; it gets a terminal only where there is one on both sides."""
    from lab.host.shell import become

    terminal = ["-t"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    become(["docker", "exec", "-i", *terminal, *options, lab.topology.workstation.name, *then])


def logs(
    part: Annotated[str, typer.Argument(help=f"One of: {', '.join(PARTS)}, or a node's name.")],
    name: Name = None,
    config: ConfigFile = None,
) -> None:
    """Print what a part of the lab has said."""
    from lab.spec.visible import visible

    lab = wiring.wired(name, config)
    wiring.must_stand(lab)
    nodes = {node.name: node.container for node in lab.topology.cluster.nodes}
    containers = {spec.role: spec.name for spec in lab.topology.containers} | nodes
    containers["gatekeeper"] = containers["seal"]  # as `lab status` calls it
    if part not in containers:
        raise typer.BadParameter(f"{part!r} is no part of the lab; parts: {', '.join(containers)}")
    said = lab.host.containers.logs(containers[part])
    # It may be what a pod chose; a terminal would obey it.
    sys.stdout.write(
        "".join(f"{visible(line)}\n" for line in said.splitlines()) if sys.stdout.isatty() else said
    )
