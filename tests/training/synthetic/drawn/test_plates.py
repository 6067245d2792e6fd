"""From plans to drawings: coverage, borders, paint under ink, colour groups."""

from __future__ import annotations

import numpy as np

from cmft_training.synthetic.drawing import Clip, Drawing
from cmft_training.synthetic.drawn.plates import (
    INK,
    BorderPen,
    color_groups,
    drawing_of,
    everywhere,
    reduced,
)

NO_PEN = BorderPen(0.0, everywhere)


def _plan() -> np.ndarray:
    """Return a plan of an 8 px page: part 1 on the left, part 2 on the right, the background below."""
    plan = np.zeros((24, 24), np.uint16)
    plan[:18, :12], plan[:18, 12:] = 1, 2
    return plan


def test_coverage_is_the_mean_of_nine_samples() -> None:
    """One inked sample of nine is a ninth of ink; the part is the middle sample's."""
    plan = _plan()
    plan[0, 0] = INK
    drawing = drawing_of(plan, NO_PEN)
    assert drawing.line[0, 0] == round(255 * 8 / 9)
    assert (drawing.line[1:] == 255).all()
    np.testing.assert_array_equal(drawing.part, plan[1::3, 1::3])
    assert (drawing.line.dtype, drawing.part.dtype) == (np.uint8, np.uint16)


def test_paint_runs_on_under_ink() -> None:
    """No pixel of the drawing is ink's: each has the nearest part."""
    plan = _plan()
    plan[:15, 9:15] = INK
    np.testing.assert_array_equal(drawing_of(plan, NO_PEN).part, _plan()[1::3, 1::3])
    assert not drawing_of(np.full((24, 24), INK, np.uint16), NO_PEN).part.any()


def test_lines_stand_where_parts_meet() -> None:
    """A pen inks borders and no inside; without one there is no line."""
    line = drawing_of(_plan(), BorderPen(256.0 / 8.0, everywhere)).line  # a pen of one px on 8 px
    assert (line[:6, [3, 4]].min(axis=1) < 128).all()
    assert (line[:5, [0, 1, 6, 7]] == 255).all()
    assert (drawing_of(_plan(), NO_PEN).line == 255).all()


def test_borders_can_go_without_a_line() -> None:
    """Where the rule says no, parts meet without ink, and still are two."""

    def outside_only(first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return (first == 0) | (second == 0)

    drawing = drawing_of(_plan(), BorderPen(256.0 / 8.0, outside_only))
    assert (drawing.line[:4] == 255).all()
    assert drawing.line[5:7].min() < 128
    assert set(np.unique(drawing.part)) == {0, 1, 2}


def test_no_second_line_beside_ink() -> None:
    """The art's own ink is border enough."""
    plan = _plan()
    plan[:18, 9:15] = INK
    plan[18:] = INK
    pen = BorderPen(256.0 / 8.0, everywhere)
    np.testing.assert_array_equal(drawing_of(plan, pen).line, drawing_of(plan, NO_PEN).line)


def test_parts_of_one_colour_are_one_group() -> None:
    """White parts are parts: a group of their own beside the white background."""
    group, color = color_groups([(9, 9, 9), (255, 255, 255), (9, 9, 9)])
    assert group.tolist() == [0, 1, 2, 1]
    assert color.tolist() == [[255, 255, 255], [9, 9, 9], [255, 255, 255]]


def test_a_large_clip_reduces_to_its_plan() -> None:
    """A clip three times as large gives means of lines and middle parts."""
    line = np.full((6, 6), 255, np.uint8)
    line[0, 0] = 0
    part = np.arange(36, dtype=np.uint16).reshape(6, 6)
    clip = Clip((Drawing(line, part),), np.zeros(36, np.uint16), np.zeros((1, 3), np.uint8), "x")
    (drawing,) = reduced(clip).drawings
    assert drawing.line.tolist() == [[round(255 * 8 / 9), 255], [255, 255]]
    assert drawing.part.tolist() == [[7, 10], [25, 28]]
