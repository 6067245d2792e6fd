"""Outlines that move, and layers on a page."""

from __future__ import annotations

import numpy as np
import pytest
import skia

from cmft_training.synthetic.drawn.outlines import Layer, Movable, Placing, bounds, plan_of
from cmft_training.synthetic.drawn.plates import INK
from cmft_training.synthetic.drawn.svg import parse_path

CURVED = "M0 0 L40 0 Q50 20 40 40 C30 50 10 50 0 40 Z M10 10 h10 v10 h-10 z"


def _box(path: skia.Path) -> list[float]:
    box = path.computeTightBounds()
    return [box.left(), box.top(), box.right(), box.bottom()]


def test_standing_still_changes_nothing() -> None:
    """Taken apart and put together, every kind of piece draws the same."""
    path = parse_path(CURVED, even_odd=True)
    path.addCircle(20, 20, 3)
    layers = [Layer(path, 1)]
    here = Placing(1.0, (8.0, 8.0))
    still = Movable(layers).moved(lambda points: points)
    np.testing.assert_array_equal(plan_of(layers, here, 64), plan_of(still, here, 64))
    assert (plan_of(still, here, 64) == 1).any()


def test_points_and_clips_move_alike() -> None:
    """A shift moves shapes and what they are seen through; strokes and parts stay."""
    layer = Layer(parse_path(CURVED), 7, 2.5, parse_path("M0 0h20v20h-20z"))
    movable = Movable([layer, Layer(parse_path("M0 0h4"), INK, 1.0)])
    first, second = movable.moved(lambda points: points + [10.0, 5.0])
    assert (first.part, first.stroke, second.part) == (7, 2.5, INK)
    assert _box(first.clip) == [10, 5, 30, 25]
    assert _box(first.path) == pytest.approx(np.add(_box(layer.path), [10, 5, 10, 5]))
    assert sum(movable.counts) == len(movable._points)


def test_later_layers_cover_earlier_ones() -> None:
    """Painter's order; what lies outside a clip is not drawn; large numbers of parts survive."""
    low = Layer(parse_path("M0 0h8v8h-8z"), 60000)
    high = Layer(parse_path("M0 0h8v8h-8z"), 258, 0.0, parse_path("M4 0h4v8h-4z"))
    plan = plan_of([low, high], Placing(1.0, (0.0, 0.0)), 8)
    assert plan.shape == (24, 24)
    assert (plan[:, :12] == 60000).all()
    assert (plan[:, 12:] == 258).all()


def test_thin_ink_is_not_lost() -> None:
    """A stroke of ink is at least 0.7 px wide, so it breaks nowhere."""
    plan = plan_of([Layer(parse_path("M0 4l8 1"), INK, 0.001)], Placing(32.0, (0.0, 0.0)), 256)
    assert (plan == INK).any(axis=0).all()


def test_bounds() -> None:
    """Bounds are around everything; there are none of nothing."""
    layers = [Layer(parse_path("M1 2h3v4z"), 1), Layer(parse_path("M-5 0h1"), 1, 1.0)]
    assert bounds([layers[:1], layers[1:]]) == (-5, 0, 4, 6)
    assert bounds([[]]) is None
