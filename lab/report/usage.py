"""What the lab's parts took of the machine while a run went on: samples in, figures and curves out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from pydantic import TypeAdapter, ValidationError

from lab.errors import SpecError
from lab.report.curves import Curve, laid_out

GIB = 2**30
REST, ALL = "all others", "the whole lab"
SHORTEST = 0.5
"""Seconds between two samples of which a rate can be told."""


@dataclass(frozen=True, slots=True)
class Part:
    cpu_seconds: float
    memory: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What each part had taken at one moment; what did not run is not there."""

    at: datetime
    parts: Mapping[str, Part]

    @property
    def memory(self) -> int:
        return sum(part.memory for part in self.parts.values())


@dataclass(frozen=True, slots=True)
class Peak:
    """The highest sample; what came and went between two of them is not in it."""

    memory: int
    at: datetime
    parts: Mapping[str, int]


_SAMPLE: TypeAdapter[Sample] = TypeAdapter(Sample)


def as_line(sample: Sample) -> str:
    return _SAMPLE.dump_json(sample).decode()


def parse(text: str, source: str) -> tuple[Sample, ...]:
    """Read the lines that `as_line` wrote; the last may be torn. Raises SpecError."""
    lines = text.split("\n")
    samples: list[Sample] = []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                samples.append(_SAMPLE.validate_json(line))
        except ValidationError as error:
            if number == len(lines):
                break
            raise SpecError([f"{source}:{number}: not a sample of a lab's usage"]) from error
    return tuple(samples)


def peak(samples: Sequence[Sample]) -> Peak | None:
    if not samples:
        return None
    top = max(samples, key=lambda sample: sample.memory)
    return Peak(top.memory, top.at, {name: part.memory for name, part in top.parts.items()})


def curves(
    samples: Sequence[Sample], *, nodes: Sequence[str], begun: datetime, marks: Sequence[datetime] = ()
) -> Iterator[Curve]:
    """Yield processors in use and memory, by minutes since *begun*; *marks* are moments to be drawn."""
    at = [_minute(mark, begun) for mark in marks]
    for title, found in (
        ("processors in use, by minute", _processors(samples, nodes, begun)),
        ("memory in use in GiB, by minute", _memory(samples, nodes, begun)),
    ):
        if drawn := laid_out(title, found, marks=at, summary=_highest(found)):
            yield drawn


def _highest(found: Mapping[str, list[tuple[float, float]]]) -> str:
    tops = {name: max(value for _, value in points) for name, points in found.items() if points}
    return f"highest: {', '.join(f'{name} {top:.2f}' for name, top in tops.items())}"


def _minute(at: datetime, begun: datetime) -> float:
    return round((at - begun).total_seconds() / 60, 3)


def _processors(
    samples: Sequence[Sample], nodes: Sequence[str], begun: datetime
) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*nodes, REST)}
    for before, after in pairwise(samples):
        seconds = (after.at - before.at).total_seconds()
        if seconds < SHORTEST:
            continue
        spent = dict.fromkeys(found, 0.0)
        for name, part in after.parts.items():
            was = before.parts.get(name)
            more = part.cpu_seconds - (was.cpu_seconds if was else 0.0)
            spent[name if name in found else REST] += max(more, 0.0)
        minute = _minute(after.at, begun)
        for name, used in spent.items():
            found[name].append((minute, used / seconds))
    return found


def _memory(
    samples: Sequence[Sample], nodes: Sequence[str], begun: datetime
) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in (*nodes, REST, ALL)}
    for sample in samples:
        minute = _minute(sample.at, begun)
        held = dict.fromkeys(found, 0)
        for name, part in sample.parts.items():
            held[name if name in found else REST] += part.memory
        held[ALL] = sample.memory
        for name, used in held.items():
            found[name].append((minute, used / GIB))
    return found
