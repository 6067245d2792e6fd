import math

import numpy as np

from benchmarks.metrics.flicker import Flicker, flicker
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
