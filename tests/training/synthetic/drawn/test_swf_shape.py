"""Shapes of Flash files as closed paths."""

from __future__ import annotations

import numpy as np

from cmft_training.synthetic.drawn.swf import parse_swf
from cmft_training.synthetic.drawn.swf_shape import CURVE, LINE, MOVE, closed_path
from tests.training.synthetic.drawn.small_art import (
    BITMAP,
    BLUE,
    RED,
    square,
    swf,
)


def test_a_square_is_one_closed_path() -> None:
    """A filled square gives its colour and its four corners, its stroke the same corners after it."""
    fill, line = parse_swf(swf(square(7, RED, 40, stroke=20))).shapes[7]
    assert (fill.kind, fill.rgba, fill.width) == ("fill", (*RED, 255), 0)
    corners = [MOVE, 0, 0, LINE, 40, 0, LINE, 40, 40, LINE, 0, 40, LINE, 0, 0]
    np.testing.assert_array_equal(fill.path, corners)
    assert (line.kind, line.rgba, line.width) == ("line", (*BLUE, 255), 20)
    np.testing.assert_array_equal(line.path, corners)


def test_bitmaps_are_named_as_such() -> None:
    """What a bitmap fills is told apart, for the rig's skin is filled so."""
    assert parse_swf(swf(square(1, BITMAP))).shapes[1][0].kind == "bitmap"


def test_loose_edges_form_loops() -> None:
    """Edges in any order are joined end to start; each loop begins with a move."""
    edges = [((0.0, 0.0), (4.0, 0.0)), ((9.0, 9.0), (8.0, 8.0), (9.0, 9.0)), ((4.0, 0.0), (2.0, 3.0), (0.0, 0.0))]
    path = [MOVE, 0, 0, LINE, 4, 0, CURVE, 2, 3, 0, 0, MOVE, 9, 9, CURVE, 8, 8, 9, 9]
    np.testing.assert_array_equal(closed_path(edges), path)
