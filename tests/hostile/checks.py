"""What a check is, and how the campaign tells what held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

KINDS = {
    "A1": "nothing is answered to a source that is not the lab's",
    "A2": "the host is not reached",
    "A3": "repair deletes nothing",
    "A4": "a second network leads nowhere",
    "A5": "nobody speaks in another's name",
    "A6": "the right one is named",
    "A7": "the ledger forgets nothing in silence",
    "A8": "what stands is what should stand",
    "A9": "a leak is said, and a leak only",
    "A10": "IPv6 and odd packets are refused and recorded",
    "A11": "the seal outlives restarts and strangers",
    "A12": "what comes from inside is escaped",
    "out": "the plain ways out are shut",
    "twin": "what belongs to the lab still works",
}


@dataclass(frozen=True, slots=True)
class Result:
    """*wrong* is empty where the check held."""

    kind: str
    name: str
    wrong: str = ""

    @property
    def holds(self) -> bool:
        return not self.wrong


def result(kind: str, name: str, *problems: str | None) -> Result:
    assert kind in KINDS, kind
    return Result(kind, name, "; ".join(one for one in problems if one))


def unless(condition: object, problem: str) -> str | None:
    """Return *problem* unless *condition* is met."""
    return None if condition else problem


def summary(results: Sequence[Result]) -> str:
    """Return the lines that the campaign prints: by kind, then what failed, then the figure."""
    held = Counter(one.kind for one in results if one.holds)
    whole = Counter(one.kind for one in results)
    lines = [
        f"  {kind:<5} {held[kind]:>3} of {whole[kind]:>3}  {KINDS[kind]}" for kind in KINDS if whole[kind]
    ]
    failed = [f"  {one.kind:<5} {one.name}: {one.wrong}" for one in results if not one.holds]
    figure = f"{sum(held.values())} of {len(results)} hold"
    return "\n".join([*lines, *(["does not hold:", *failed] if failed else []), figure])


def duplicates(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
