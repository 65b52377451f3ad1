"""`lab doctor`: what this host lacks, and how to mend it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from lab.cli import wiring
from lab.cli.wiring import AsJson, ConfigFile, Name, Yes, say


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    name: Name = None,
    config: ConfigFile = None,
    subnet: Annotated[str | None, typer.Option(help="The site's network.")] = None,
    as_json: AsJson = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what may be mended, asking first.")] = False,
    yes: Yes = False,
    stop_engine: Annotated[
        bool, typer.Option("--stop-engine", help="End the engine that --fix started, and no other.")
    ] = False,
) -> None:
    """Say what this host lacks and the one command that mends each. Exit code 1 when something is missing."""
    from lab import doctor as room
    from lab.host.clock import SystemClock
    from lab.host.shell import LocalShell

    choices = wiring.choices(name, config, subnet=subnet)
    machine = room.HostMachine(LocalShell(), SystemClock())
    root = room.RootShell(machine, machine.shell, machine.clock, wiring.state_folder(choices.name).parent)
    if stop_engine:
        say(room.stop_engine(root))
        return

    def look() -> tuple[room.Check, ...]:
        return room.examine(
            machine, choices, cache=wiring.cache_folder(), docker_host=os.environ.get("DOCKER_HOST")
        )

    checks = room.mend(look, root, room.Talk(_ask, say), yes=room.agreed(yes, os.environ)) if fix else look()
    if as_json:
        print(room.as_json(checks))
    else:
        wiring.show(room.as_table(checks))
    raise typer.Exit(0 if room.sound(checks) else 1)


def _ask(question: str) -> bool:
    """Ask on a terminal; where nobody can answer, the answer is no."""
    return sys.stdin.isatty() and typer.confirm(question, err=True)
