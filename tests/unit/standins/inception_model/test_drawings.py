from __future__ import annotations

import math
from random import Random

import pytest

from inception_model.drawings import LABELS, draw
from inception_model.shapes import Ellipse, Move, Polygon, box, disc, frame, stroke

SEEDS = range(20)


def drawn(label, seed):
    return draw(label, Random(seed))  # noqa: S311 - a drawing


def colours(drawing):
    return [drawing.ground, *(shape.colour for shape in drawing.shapes)]


def extents(drawing):
    """Yield the points that each shape spans, on both axes."""
    for shape in drawing.shapes:
        if isinstance(shape, Polygon):
            yield from shape.points
        else:
            (x, y), reach = shape.centre, max(shape.radii)
            yield from ((x - reach, y - reach), (x + reach, y + reach))


@pytest.mark.parametrize("label", LABELS)
def test_a_drawing_is_its_seed_s_and_no_other_s(label):
    first = [drawn(label, seed) for seed in SEEDS]

    assert first == [drawn(label, seed) for seed in SEEDS]
    assert len(set(first)) == len(SEEDS)


@pytest.mark.parametrize("label", LABELS)
def test_colours_are_colours(label):
    for seed in SEEDS:
        for colour in colours(drawn(label, seed)):
            assert all(0.0 <= channel <= 1.0 for channel in colour)


@pytest.mark.parametrize(
    "label", sorted(set(LABELS) - {"ping-pong ball", "traffic light, traffic signal, stoplight"})
)
def test_a_thing_is_on_the_canvas_and_not_small(label):
    for seed in SEEDS:
        across, down = zip(*extents(drawn(label, seed)), strict=True)

        assert min(*across, *down) > -0.35
        assert max(*across, *down) < 1.35
        assert max(across) - min(across) > 0.35


def test_the_labels_of_the_original_s_answer_are_among_them():
    wanted = {
        "comic book",
        "rubber eraser, rubber, pencil eraser",
        "coffee mug",
        "pencil sharpener",
        "envelope",
    }

    assert wanted <= set(LABELS)
    assert len(LABELS) > len(wanted)


def test_a_move_turns_scales_and_shifts():
    x, y = Move(turn=math.pi / 2, scale=2.0, shift=(0.1, 0.0)).point((0.75, 0.5))

    assert (x, y) == pytest.approx((0.6, 1.0))
    assert Move().point((0.2, 0.3)) == pytest.approx((0.2, 0.3))
    assert disc(0.5, 0.5, 0.1, (0, 0, 0)).moved(Move(turn=1.0, scale=3.0)) == Ellipse(
        (0.5, 0.5), (pytest.approx(0.3), pytest.approx(0.3)), (0, 0, 0), 1.0
    )


def test_a_line_is_a_thin_box():
    assert set(stroke((0.0, 0.5), (1.0, 0.5), 0.2, (0, 0, 0)).points) == {
        (0.0, 0.6),
        (1.0, 0.6),
        (1.0, 0.4),
        (0.0, 0.4),
    }
    assert stroke((0.5, 0.5), (0.5, 0.5), 0.2, (0, 0, 0)).points  # a point is a line of no length
    assert len(frame(box(0, 0, 1, 1, (0, 0, 0)).points, 0.1, (0, 0, 0))) == 4
