"""What a drawing is made of: coloured shapes, later ones over earlier ones. Pure.

Coordinates are of the unit square, x to the right and y downwards; colours are red, green, blue from 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Colour: TypeAlias = tuple[float, float, float]

CENTRE: Point = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Move:
    """Turn about the centre (radians, clockwise), scale, then shift."""

    turn: float = 0.0
    scale: float = 1.0
    shift: Point = (0.0, 0.0)

    def point(self, point: Point) -> Point:
        x, y = point[0] - CENTRE[0], point[1] - CENTRE[1]
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        return (
            CENTRE[0] + self.scale * (x * cosine - y * sine) + self.shift[0],
            CENTRE[1] + self.scale * (x * sine + y * cosine) + self.shift[1],
        )


@dataclass(frozen=True, slots=True)
class Polygon:
    """Filled; convex or not."""

    points: tuple[Point, ...]
    colour: Colour

    def moved(self, move: Move) -> Polygon:
        return replace(self, points=tuple(move.point(point) for point in self.points))


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Filled; *turn* in radians, clockwise."""

    centre: Point
    radii: tuple[float, float]
    colour: Colour
    turn: float = 0.0

    def moved(self, move: Move) -> Ellipse:
        return replace(
            self,
            centre=move.point(self.centre),
            radii=(self.radii[0] * move.scale, self.radii[1] * move.scale),
            turn=self.turn + move.turn,
        )


Shape: TypeAlias = Polygon | Ellipse


@dataclass(frozen=True, slots=True)
class Drawing:
    """*ground* fills the canvas; the shapes lie on it."""

    ground: Colour
    shapes: tuple[Shape, ...]

    def moved(self, move: Move) -> Drawing:
        return replace(self, shapes=tuple(shape.moved(move) for shape in self.shapes))


def box(left: float, top: float, right: float, bottom: float, colour: Colour) -> Polygon:
    return Polygon(((left, top), (right, top), (right, bottom), (left, bottom)), colour)


def disc(x: float, y: float, radius: float, colour: Colour) -> Ellipse:
    return Ellipse((x, y), (radius, radius), colour)


def stroke(start: Point, end: Point, width: float, colour: Colour) -> Polygon:
    """Draw a straight line as a thin box."""
    along = (end[0] - start[0], end[1] - start[1])
    length = math.hypot(*along) or 1.0
    side = (-along[1] / length * width / 2, along[0] / length * width / 2)
    return Polygon(
        (
            (start[0] + side[0], start[1] + side[1]),
            (end[0] + side[0], end[1] + side[1]),
            (end[0] - side[0], end[1] - side[1]),
            (start[0] - side[0], start[1] - side[1]),
        ),
        colour,
    )


def frame(corners: Sequence[Point], width: float, colour: Colour) -> tuple[Polygon, ...]:
    """Draw a closed line through *corners*."""
    return tuple(
        stroke(corner, corners[(index + 1) % len(corners)], width, colour)
        for index, corner in enumerate(corners)
    )
