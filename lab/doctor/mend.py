"""`lab doctor --fix`: one remedy after another, each said and agreed to first, then another look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from lab.doctor import apt, daemon
from lab.doctor.check import Check, Install, Remedy, SetSysctl, StartEngine, State
from lab.doctor.root_shell import RootShell
from lab.errors import LabError

Look = Callable[[], tuple[Check, ...]]


@dataclass(frozen=True, slots=True)
class Talk:
    """*ask* answers whether to go on; where nobody can be asked it must answer no. *say* prints a line."""

    ask: Callable[[str], bool]
    say: Callable[[str], None]


def agreed(flag: bool, environ: Mapping[str, str]) -> bool:  # noqa: FBT001  it is the flag of the command line
    """Tell whether everything was agreed to beforehand: by `--yes`, or on a build machine (CI=true)."""
    return flag or environ.get("CI", "").lower() in {"true", "1"}


def mend(look: Look, root: RootShell, talk: Talk, *, yes: bool) -> tuple[Check, ...]:
    """Mend what may be mended and return the checks as they are afterwards.

    Each remedy is tried once. One that fails is reported, and the others still get their turn: its check
    stays as it was, so nothing is hidden.
    """
    tried: list[Remedy] = []
    checks = look()
    while (check := _next(checks, tried)) is not None and check.remedy is not None:
        refresh = not any(isinstance(done, Install) for done in tried)
        tried.append(check.remedy)
        talk.say(f"{check.what}: {check.found}; needed: {check.needed}")
        talk.say(f"  to mend it: {describe(check.remedy, root)}")
        if not yes and not talk.ask(f"Mend {check.what}?"):
            talk.say("  left as it is")
            continue
        try:
            _apply(check.remedy, root, talk, refresh=refresh)
        except LabError as error:
            talk.say("\n".join([f"  did not work: {error}", *getattr(error, "__notes__", ())]))
        checks = look()
    return checks


def _next(checks: tuple[Check, ...], tried: list[Remedy]) -> Check | None:
    for check in checks:
        if check.state is not State.OK and check.remedy is not None and check.remedy not in tried:
            return check
    return None


def describe(remedy: Remedy, root: RootShell) -> str:
    """Say what *remedy* will run."""
    match remedy:
        case Install():
            return apt.outline(remedy)
        case SetSysctl(key, value):
            return f"sysctl -w {key}={value} (until the next boot)"
        case StartEngine():
            return " ".join(root.command(daemon.start_command(root)))
        case _:
            assert_never(remedy)


def _apply(remedy: Remedy, root: RootShell, talk: Talk, *, refresh: bool) -> None:
    match remedy:
        case Install():
            apt.install(remedy, root, talk.say, refresh=refresh)
        case SetSysctl(key, value):
            root.write("/proc/sys/" + key.replace(".", "/"), f"{value}\n")
        case StartEngine():
            daemon.start_engine(root)
        case _:
            assert_never(remedy)
