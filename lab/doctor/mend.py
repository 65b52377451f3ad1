"""`lab doctor --fix`: one remedy after another, each said and agreed to first, then another look."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from lab.doctor import apt, daemon
from lab.doctor.hand import Hand
from lab.doctor.row import Install, Remedy, Row, SetSysctl, StartEngine, State
from lab.errors import LabError

Look = Callable[[], tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Talk:
    """*ask* answers whether to go on; where nobody can be asked it must answer no. *say* prints a line."""

    ask: Callable[[str], bool]
    say: Callable[[str], None]


def agreed(flag: bool, environ: Mapping[str, str]) -> bool:  # noqa: FBT001  it is the flag of the command line
    """Tell whether everything was agreed to beforehand: by `--yes`, or on a build machine (CI=true)."""
    return flag or environ.get("CI", "").lower() in {"true", "1"}


def mend(look: Look, hand: Hand, talk: Talk, *, yes: bool) -> tuple[Row, ...]:
    """Mend what may be mended and return the rows as they are afterwards.

    Each remedy is tried once. One that fails is reported, and the others still get their turn: its row
    stays as it was, so nothing is hidden.
    """
    tried: list[Remedy] = []
    rows = look()
    while (row := _next(rows, tried)) is not None and row.remedy is not None:
        refresh = not any(isinstance(done, Install) for done in tried)
        tried.append(row.remedy)
        talk.say(f"{row.what}: {row.found}; needed: {row.needed}")
        talk.say(f"  to mend it: {describe(row.remedy, hand)}")
        if not yes and not talk.ask(f"Mend {row.what}?"):
            talk.say("  left as it is")
            continue
        try:
            _apply(row.remedy, hand, talk, refresh=refresh)
        except LabError as error:
            talk.say("\n".join([f"  did not work: {error}", *getattr(error, "__notes__", ())]))
        rows = look()
    return rows


def _next(rows: tuple[Row, ...], tried: list[Remedy]) -> Row | None:
    for row in rows:
        if row.state is not State.OK and row.remedy is not None and row.remedy not in tried:
            return row
    return None


def describe(remedy: Remedy, hand: Hand) -> str:
    """Say what *remedy* will run."""
    match remedy:
        case Install():
            return apt.outline(remedy)
        case SetSysctl(key, value):
            return f"sysctl -w {key}={value} (until the next boot)"
        case StartEngine():
            return " ".join(hand.command(daemon.start_command(hand)))
        case _:
            assert_never(remedy)


def _apply(remedy: Remedy, hand: Hand, talk: Talk, *, refresh: bool) -> None:
    match remedy:
        case Install():
            apt.install(remedy, hand, talk.say, refresh=refresh)
        case SetSysctl(key, value):
            hand.write("/proc/sys/" + key.replace(".", "/"), f"{value}\n")
        case StartEngine():
            daemon.start_engine(hand)
        case _:
            assert_never(remedy)
