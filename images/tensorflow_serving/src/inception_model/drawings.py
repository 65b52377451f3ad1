"""Drawings of eight things, each one different, each a function of its random source alone. Pure."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Iterator
from random import Random

from .shapes import Colour, Drawing, Ellipse, Move, Polygon, Shape, box, disc, frame, stroke

INK: Colour = (0.05, 0.05, 0.08)
WHITE: Colour = (0.97, 0.97, 0.95)


def draw(label: str, random: Random) -> Drawing:
    """Draw a thing of the class *label*, turned, sized and placed by chance."""
    shapes = tuple(DRAW[label](random))
    turn, size, off = TURN.get(label, 0.25), random.uniform(0.8, 1.1), 0.06
    move = Move(random.uniform(-turn, turn), size, (random.uniform(-off, off), random.uniform(-off, off)))
    return Drawing(_pale(random), shapes).moved(move)


def _bright(random: Random) -> Colour:
    return colorsys.hsv_to_rgb(random.random(), random.uniform(0.55, 0.95), random.uniform(0.6, 0.95))


def _pale(random: Random) -> Colour:
    return colorsys.hsv_to_rgb(random.random(), random.uniform(0.0, 0.3), random.uniform(0.65, 1.0))


def _grey(random: Random, low: float, high: float) -> Colour:
    level = random.uniform(low, high)
    return (level, level, level)


def _comic(random: Random) -> Iterator[Shape]:
    """A page of panels with black borders, figures and speech bubbles."""
    yield box(0.08, 0.04, 0.92, 0.96, WHITE)
    rows = random.randint(2, 3)
    height = 0.88 / rows
    for row in range(rows):
        columns = random.randint(1, 3)
        for column in range(columns):
            left, top = 0.11 + column * 0.78 / columns, 0.06 + row * height
            yield from _panel(random, left, top, left + 0.78 / columns - 0.02, top + height - 0.02)


def _panel(random: Random, left: float, top: float, right: float, bottom: float) -> Iterator[Shape]:
    width, height = right - left, bottom - top
    yield box(left, top, right, bottom, INK)
    yield box(left + 0.012, top + 0.012, right - 0.012, bottom - 0.012, _bright(random))
    middle = left + width * random.uniform(0.3, 0.7)
    foot = bottom - 0.012
    yield Polygon(
        (
            (middle - 0.06, foot),
            (middle - 0.03, foot - height * 0.35),
            (middle + 0.03, foot - height * 0.35),
            (middle + 0.06, foot),
        ),
        _bright(random),
    )
    yield disc(middle, foot - height * 0.42, min(width, height) * 0.13, (0.95, 0.78, 0.62))
    if random.random() < 0.75:
        x, y = left + width * random.uniform(0.35, 0.65), top + height * 0.24
        rx, ry = width * random.uniform(0.25, 0.32), height * random.uniform(0.12, 0.17)
        yield Ellipse((x, y), (rx + 0.01, ry + 0.01), INK)
        yield Polygon(((x, y + ry), (x + 0.03, y + ry), (middle, y + ry + 0.05)), INK)
        yield Ellipse((x, y), (rx, ry), WHITE)
        for line in (-0.35, 0.1, 0.5):
            yield stroke((x - rx * 0.6, y + ry * line), (x + rx * 0.6, y + ry * line), 0.008, INK)


def _eraser(random: Random) -> Iterator[Shape]:
    """A block in a sleeve of paper, or of two colours, with slanted ends."""
    slant, high = random.uniform(0.02, 0.08), random.uniform(0.1, 0.15)
    rubber = (random.uniform(0.85, 0.98), random.uniform(0.5, 0.9), random.uniform(0.55, 0.9))
    top, bottom, split = 0.5 - high, 0.5 + high, random.uniform(0.4, 0.6)
    yield Polygon(
        ((0.14 + slant, top), (0.86 + slant, top), (0.86 - slant, bottom), (0.14 - slant, bottom)), rubber
    )
    sleeve = ((split, top), (0.86 + slant, top), (0.86 - slant, bottom), (split - 2 * slant, bottom))
    yield Polygon(sleeve, _bright(random))
    yield Polygon(
        (
            (0.14 - slant, bottom),
            (0.86 - slant, bottom),
            (0.86 - slant, bottom + 0.05),
            (0.14 - slant, bottom + 0.05),
        ),
        _grey(random, 0.4, 0.6),
    )


def _mug(random: Random) -> Iterator[Shape]:
    """A cup with a handle at its side, coffee in it, steam over it."""
    glaze, side = _bright(random), random.choice((-1, 1))
    x = 0.5 + side * 0.24
    yield Ellipse((x, 0.55), (0.14, 0.16), glaze)
    yield Ellipse((x, 0.55), (0.09, 0.11), _pale(random))
    yield box(0.26, 0.36, 0.74, 0.8, glaze)
    yield Ellipse((0.5, 0.8), (0.24, 0.06), glaze)
    yield Ellipse((0.5, 0.36), (0.24, 0.07), WHITE)
    yield Ellipse((0.5, 0.365), (0.21, 0.055), (0.25, 0.14, 0.07))
    for steam in (0.42, 0.5, 0.58):
        yield stroke((steam, 0.26), (steam + 0.03 * side, 0.18), 0.015, WHITE)
        yield stroke((steam + 0.03 * side, 0.18), (steam, 0.1), 0.015, WHITE)


def _sharpener(random: Random) -> Iterator[Shape]:
    """A wedge with a blade screwed to it and a round hole in its broad end."""
    body = random.choice((_bright(random), _grey(random, 0.45, 0.75)))
    dark = (body[0] * 0.6, body[1] * 0.6, body[2] * 0.6)
    yield Polygon(((0.22, 0.3), (0.78, 0.38), (0.78, 0.62), (0.22, 0.7)), body)
    for ridge in range(4):
        yield stroke((0.3 + ridge * 0.05, 0.33), (0.3 + ridge * 0.05, 0.67), 0.012, dark)
    blade = _grey(random, 0.82, 0.95)
    yield Polygon(((0.42, 0.38), (0.76, 0.42), (0.76, 0.52), (0.42, 0.56)), blade)
    yield disc(0.56, 0.475, 0.04, _grey(random, 0.35, 0.5))
    yield stroke((0.53, 0.475), (0.59, 0.475), 0.012, INK)
    yield Ellipse((0.22, 0.5), (0.07, 0.2), dark)
    yield Ellipse((0.22, 0.5), (0.04, 0.11), INK)


def _envelope(random: Random) -> Iterator[Shape]:
    """A letter seen from behind, with the folds of its flap, and perhaps a seal."""
    paper, height = random.choice((WHITE, (0.93, 0.86, 0.7), _pale(random))), random.uniform(0.24, 0.3)
    line, top, bottom = _grey(random, 0.2, 0.5), 0.5 - height, 0.5 + height
    corners = ((0.12, top), (0.88, top), (0.88, bottom), (0.12, bottom))
    yield Polygon(corners, paper)
    tip = (0.5, 0.5 + random.uniform(0.0, 0.08))
    yield Polygon((corners[0], corners[1], tip), (paper[0] * 0.93, paper[1] * 0.93, paper[2] * 0.93))
    for corner in corners:
        yield stroke(corner, tip, 0.012, line)
    yield from frame(corners, 0.015, line)
    if random.random() < 0.5:
        yield disc(*tip, 0.055, (0.75, 0.12, 0.12))


def _clock(random: Random) -> Iterator[Shape]:
    """A round face with twelve marks and two hands."""
    yield disc(0.5, 0.5, 0.4, _bright(random))
    yield disc(0.5, 0.5, 0.35, WHITE)
    for hour in range(12):
        yield _ray(hour * math.pi / 6, 0.27, 0.32, 0.02)
    yield _ray(random.uniform(0, 2 * math.pi), -0.03, 0.18, 0.03)
    yield _ray(random.uniform(0, 2 * math.pi), -0.03, 0.27, 0.018)
    yield disc(0.5, 0.5, 0.025, INK)


def _ray(angle: float, start: float, end: float, width: float) -> Shape:
    x, y = math.cos(angle), math.sin(angle)
    return stroke((0.5 + start * x, 0.5 + start * y), (0.5 + end * x, 0.5 + end * y), width, INK)


def _traffic_light(random: Random) -> Iterator[Shape]:
    """A dark box on a pole with three lamps, one of them lit."""
    lamps = ((0.95, 0.1, 0.08), (0.98, 0.8, 0.1), (0.1, 0.85, 0.25))
    lit = random.randrange(3)
    yield box(0.47, 0.75, 0.53, 1.2, _grey(random, 0.3, 0.5))
    yield box(0.36, 0.12, 0.64, 0.8, _grey(random, 0.1, 0.25))
    for index, (red, green, blue) in enumerate(lamps):
        dim = 1.0 if index == lit else 0.35
        yield disc(0.5, 0.24 + 0.22 * index, 0.09, (red * dim, green * dim, blue * dim))


def _ball(random: Random) -> Iterator[Shape]:
    """A white or orange ball on a table with its line, with its shadow."""
    table = random.choice(((0.05, 0.35, 0.25), (0.08, 0.22, 0.5)))
    yield box(-1, random.uniform(0.35, 0.6), 2, 2, table)
    yield stroke((-1, random.uniform(0.75, 0.95)), (2, random.uniform(0.7, 0.95)), 0.02, WHITE)
    x, y, radius = random.uniform(0.4, 0.6), random.uniform(0.42, 0.58), random.uniform(0.12, 0.2)
    red, green, blue = random.choice(((0.95, 0.95, 0.92), (0.98, 0.55, 0.1)))
    yield Ellipse((x + 0.03, y + radius), (radius, radius * 0.3), (0.03, 0.1, 0.1))
    for share in (1.0, 0.8, 0.55, 0.3):
        shade = 1.0 - 0.22 * share
        yield disc(
            x - 0.04 * (1 - share),
            y - 0.05 * (1 - share),
            radius * share,
            (red * shade, green * shade, blue * shade),
        )


DRAW: dict[str, Callable[[Random], Iterator[Shape]]] = {
    "comic book": _comic,
    "rubber eraser, rubber, pencil eraser": _eraser,
    "coffee mug": _mug,
    "pencil sharpener": _sharpener,
    "envelope": _envelope,
    "analog clock": _clock,
    "traffic light, traffic signal, stoplight": _traffic_light,
    "ping-pong ball": _ball,
}
LABELS = tuple(DRAW)
TURN = {
    "comic book": 0.08,
    "rubber eraser, rubber, pencil eraser": 0.8,
    "pencil sharpener": 0.6,
    "ping-pong ball": 0.05,
}
"""How far a thing is turned at most, in radians; where nothing is said, a quarter."""
