"""Drawings to pixels."""

from __future__ import annotations

import math

import numpy as np  # type: ignore[import-not-found,unused-ignore]

from .shapes import Drawing, Polygon, Shape

SAMPLES = 2
"""Along each side of a pixel: edges are then as soft as a camera's."""


def paint(drawing: Drawing, height: int, width: int) -> np.ndarray:
    """Return the picture: height by width by three, bytes."""
    rows, columns = height * SAMPLES, width * SAMPLES
    y, x = np.mgrid[0:rows, 0:columns]
    x, y = (x + 0.5) / columns, (y + 0.5) / rows
    canvas = np.empty((rows, columns, 3), np.float32)
    canvas[:] = drawing.ground
    for shape in drawing.shapes:
        canvas[_inside(shape, x, y)] = shape.colour
    pixels = canvas.reshape(height, SAMPLES, width, SAMPLES, 3).mean(axis=(1, 3))
    return np.clip(pixels * 255 + 0.5, 0, 255).astype(np.uint8)


def _inside(shape: Shape, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if isinstance(shape, Polygon):
        return _in_polygon(shape, x, y)
    dx, dy = x - shape.centre[0], y - shape.centre[1]
    cosine, sine = math.cos(shape.turn), math.sin(shape.turn)
    along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
    return (along / shape.radii[0]) ** 2 + (across / shape.radii[1]) ** 2 <= 1


def _in_polygon(shape: Polygon, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Count, for each point, the edges to its right: an odd number is inside."""
    inside = np.zeros(x.shape, bool)
    before = shape.points[-1]
    for here in shape.points:
        (x1, y1), (x2, y2) = before, here
        if y1 != y2:
            between = (y1 > y) != (y2 > y)
            inside ^= between & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        before = here
    return inside
