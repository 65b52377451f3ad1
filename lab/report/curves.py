"""Numbers found in an output, laid out as a curve, in percent, so that any width will do. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.report.plain import plain
from lab.spec import fields
from lab.spec.scenario import Plot

MOST_POINTS = 1000
MOST_SERIES = 12
LARGEST = 1e30
FLATTEST = 1e-9
"""What differs by less, relative to its size, is level: floating point would tell ticks apart no more."""
LEFT, RIGHT, TOP, BOTTOM = 11.0, 98.0, 5.0, 88.0
"""The frame, in percent of the drawing."""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    """Percent."""
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    points: tuple[tuple[float, float], ...]
    """Percent, from the left and from the top."""


@dataclass(frozen=True, slots=True)
class Curve:
    title: str
    summary: str
    """What the curve shows, for those who do not see it."""
    series: tuple[Series, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    marks: tuple[float, ...] = ()
    """Percent from the left: moments to be seen in all series."""


def curve(plot: Plot, output: str) -> Curve | None:
    """Return the curve of what *plot* finds in *output*; None where it finds fewer than two numbers."""
    return laid_out(plot.title, _found(plot, output))


def laid_out(
    title: str,
    found: Mapping[str, list[tuple[float, float]]],
    *,
    marks: Sequence[float] = (),
    summary: str | None = None,
) -> Curve | None:
    """Return series of points as a curve; None where there are fewer than two. *marks* are values across."""
    points = [point for one in found.values() for point in one]
    if len(points) < 2:
        return None
    across = _ticks([x for x, _ in points], most=10, whole=all(x.is_integer() for x, _ in points))
    up = _ticks([0.0, *(y for _, y in points)], most=5)
    wide, high = across[-1] - across[0], up[-1] - up[0]

    def place(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (x - across[0]) / wide * (RIGHT - LEFT)
        return round(right, 2), round(BOTTOM - (y - up[0]) / high * (BOTTOM - TOP), 2)

    found = {name: _thinned(one) for name, one in found.items() if one}
    return Curve(
        title,
        "; ".join(_said(name, one) for name, one in found.items()) if summary is None else summary,
        tuple(Series(name, tuple(place(*point) for point in one)) for name, one in found.items()),
        tuple(Tick(place(value, 0)[0], f"{value:g}") for value in across),
        tuple(Tick(place(0, value)[1], f"{value:g}") for value in up),
        tuple(place(mark, 0)[0] for mark in marks if across[0] <= mark <= across[-1]),
    )


def _found(plot: Plot, output: str) -> dict[str, list[tuple[float, float]]]:
    """Return the numbers by series. A number that was printed again, as logs are, counts once."""
    found: dict[str, dict[float, float]] = {}
    for match in fields.compile_pattern(plot.pattern).finditer(plain(output)):
        x, y = _number(match["x"]), _number(match["y"])
        if x is None or y is None:
            continue
        name = (match["series"] if "series" in match.re.groupindex else "") or ""
        if name in found or len(found) < MOST_SERIES:
            found.setdefault(name, {})[x] = y
    return {name: sorted(points.items()) for name, points in found.items()}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    if not math.isfinite(value) or abs(value) > LARGEST:
        return None
    return value if abs(value) > 1 / LARGEST else 0.0


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    stride = math.ceil(len(points) / MOST_POINTS)
    return points if stride == 1 else [*points[:-1:stride], points[-1]]


def _ticks(values: Sequence[float], *, most: int, whole: bool = False) -> list[float]:
    """Return round numbers, evenly apart, the first and the last around all of *values*."""
    low, high = min(values), max(values)
    span = max(high - low, max(abs(low), abs(high)) * FLATTEST) or 1.0
    step = 10.0 ** math.floor(math.log10(span / most))
    step *= next(factor for factor in (1, 2, 5, 10, 20) if span / (step * factor) <= most)
    step = max(step, 1.0) if whole else step
    first, last = math.floor(low / step), math.ceil(high / step)
    digits = 2 - math.floor(math.log10(step))
    return [round(index * step, digits) for index in range(first, max(last, first + 1) + 1)]


def _said(name: str, points: list[tuple[float, float]]) -> str:
    (first_x, first_y), (last_x, last_y) = points[0], points[-1]
    whose = f"series {name}: " if name else ""
    return f"{whose}{first_y:.4g} at {first_x:g}, {last_y:.4g} at {last_x:g}"
