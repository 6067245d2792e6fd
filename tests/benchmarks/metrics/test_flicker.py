import math

import numpy as np
import pytest

from benchmarks.metrics.flicker import (
    BorderFlicker,
    Flicker,
    border_flicker,
    changed_pixels,
    flicker,
    uninked_borders,
)
from tests.benchmarks.small_drawings import EYE, HAIR, SKIN, draw_face, rooms


def test_colours_that_stay_do_not_flicker():
    """The truth has no switch, and neither has a colour that is wrong all the time."""
    drawings = [draw_face(i, 0) for i in range(3)]
    lines, truths = zip(*drawings, strict=True)
    assert flicker(truths, truths, lines).switched == 0
    assert flicker(truths, truths, lines).tracked == 2 * 6
    wrong = [255 - truth for truth in truths]
    assert flicker(wrong, truths, lines).switched == 0


def test_a_room_that_blinks_is_counted_at_every_switch():
    """Two rooms over three drawings: four steps, two switches, fifty in a hundred."""
    line, truth = rooms(HAIR, SKIN)
    other = rooms(EYE, SKIN)[1]
    found = flicker([truth, other, truth], [truth] * 3, [line] * 3)
    assert found == Flicker(tracked=4, switched=2)
    assert found.per_hundred() == 50


def test_where_the_painter_changes_the_colour_no_step_counts():
    """A region that the truth repaints is left out; so is one that moved away; nothing tracked has no figure."""
    line, before = rooms(HAIR, SKIN)
    after = rooms(HAIR, EYE)[1]
    assert flicker([before, after], [before, after], [line, line]) == Flicker(1, 0)
    blank = np.zeros_like(line)
    found = flicker([before, after], [before, after], [line, blank])
    assert found == Flicker(0, 0)
    assert math.isnan(found.per_hundred())


HEIGHT, WIDTH = 6, 20
DARK, LIGHT = (0, 60, 90), (30, 120, 90)  # 30, 60 and 0 levels apart: 30 on the mean
PAPER = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)


def halves(border: int) -> np.ndarray:
    """Two colours without ink between: DARK left of a column, LIGHT from it on."""
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:, :border], picture[:, border:] = DARK, LIGHT
    return picture


def test_pixels_beside_a_border_are_two_on_either_side():
    """Four columns, and none where the colours hardly differ."""
    beside = uninked_borders(halves(10), PAPER)
    assert (beside == [8 <= x < 12 for x in range(WIDTH)]).all()
    faint = np.where(halves(10) == DARK, 100, 108).astype(np.uint8)
    assert not uninked_borders(faint, PAPER).any()


@pytest.mark.parametrize("column", [9, 10])
def test_a_border_with_ink_is_none(column):
    """A line on either side of it is enough, and a gap in the line leaves a border of the gap's rows."""
    line = PAPER.copy()
    line[:, column] = 0
    assert not uninked_borders(halves(10), line).any()
    line[3, column] = 255
    rows, columns = np.nonzero(uninked_borders(halves(10), line))
    assert set(rows) == {2, 3, 4} and set(columns) <= {8, 9, 10, 11}


def test_a_border_that_jitters_by_a_pixel():
    """One of the four columns beside it is wrong every other drawing, by 30 levels: 7.5 a pixel and step."""
    truth = [halves(10)] * 3
    found = border_flicker([halves(10), halves(11), halves(10)], truth, [PAPER] * 3)
    assert found == BorderFlicker(2 * 4 * HEIGHT, 2 * HEIGHT * 30.0)
    assert found.mean() == 7.5


def test_a_border_that_jumps_across_its_true_place_is_wrong_on_both_sides():
    """A pixel too far left, then a pixel too far right: two of four columns change."""
    assert border_flicker([halves(9), halves(11)], [halves(10)] * 2, [PAPER] * 2).mean() == 15


def test_a_border_that_stays_displaced_does_not_flicker():
    """Wrong by a pixel in every drawing while nothing moves; nor does one that is right while it moves."""
    assert border_flicker([halves(11)] * 3, [halves(10)] * 3, [PAPER] * 3) == BorderFlicker(2 * 4 * HEIGHT, 0.0)
    moved = [halves(10), halves(12)]
    assert border_flicker(moved, moved, [PAPER] * 2) == BorderFlicker(6 * HEIGHT, 0.0)


def test_what_ink_covers_in_one_drawing_counts_in_no_step_with_it():
    """A line over a row of the second drawing takes that row, and the border in it, out of the step."""
    line = PAPER.copy()
    line[3] = 0
    found = border_flicker([halves(10), halves(11)], [halves(10)] * 2, [PAPER, line])
    assert found == BorderFlicker(4 * (HEIGHT - 1), (HEIGHT - 1) * 30.0)


def test_without_a_border_there_is_no_figure():
    """One colour, or a drawing alone, has nothing to compare."""
    for pictures in ([halves(0)] * 2, [halves(10)]):
        found = border_flicker(pictures, pictures, [PAPER] * len(pictures))
        assert found == BorderFlicker(0, 0.0) and math.isnan(found.mean())


def test_changed_pixels():
    """A pixel counts once, however many of its channels change, and however little."""
    other = halves(10)
    other[0, 0] += 1
    other[5, 7, 2] -= 1
    assert changed_pixels(halves(10), other) == 2
    assert changed_pixels(other, other) == 0
