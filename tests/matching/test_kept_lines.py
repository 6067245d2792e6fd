"""Coloured lines of a drawing stay where the references keep them."""

import numpy as np
import pytest

from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.matching.kept_lines import keep_lines, keeps_any
from cmft_engine.shot.painted_lines import read_painted_lines
from tests.blush import BLUE, BORDER, GREEN, MOUTH, RED, SIDE, TICKS, WHERE, line_plate, painting

INKS = {TICKS: RED, MOUTH: GREEN, BORDER: BLUE}


def says(*kept, inks=None):
    """What a painting says that keeps some lines."""
    return read_painted_lines(painting(kept, inks=inks), None, extract_line_art(line_plate(inks=inks)))[1]


def moved(dx, dy):
    """The places of a target's pixels in a reference from which it has moved."""
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    return np.dstack([x - dx, y - dy])


def stay(painted, near, dx=0, dy=0, *, inks=None):
    """The names of the lines that a drawing shows."""
    found = keep_lines(extract_line_art(line_plate(dx, dy, inks=inks)), painted, near)
    return {name for name, (rows, columns) in WHERE.items()
            if found.color[rows.start + dy : rows.stop + dy, columns.start + dx : columns.stop + dx].any()}


@pytest.mark.parametrize("kept", [{TICKS}, {MOUTH}, {TICKS, MOUTH}, {BORDER}])
def test_flow_finds_what_the_reference_keeps(kept):
    """Of three red lines those stay whose places in the reference have a kept one near, wherever they moved."""
    one = says(*kept)
    assert stay([one], [(one, moved(12, -7))], 12, -7) == kept
    assert stay([one], [(one, moved(14, -6))], 12, -7) == kept, "flow need not be exact"


def test_a_drawing_of_the_reference_itself_needs_no_flow():
    """Without places the drawing lies where the reference does."""
    one = says(TICKS)
    assert stay([one], [(one, None)]) == {TICKS}


def test_without_a_line_near_the_hue_decides():
    """Where flow leads to nothing, the border in red, the longest, outweighs the ticks; each hue counts for itself."""
    away = np.full((SIDE, SIDE, 2), 5, np.float32)
    one = says(TICKS)
    assert stay([one], [(one, away)]) == set()
    assert stay([says(BORDER)], [(says(BORDER), away)]) == {TICKS, MOUTH, BORDER}
    coloured = says(TICKS, MOUTH, inks=INKS)
    assert stay([coloured], [(coloured, away)], inks=INKS) == {TICKS, MOUTH}


def test_the_nearest_reference_that_shows_the_line_decides():
    """The first whose flow finds the line counts; one that finds nothing, or says nothing, passes it on."""
    away, here = np.full((SIDE, SIDE, 2), 5, np.float32), moved(0, 0)
    keeps, covers = says(MOUTH), says()
    assert stay([keeps, covers], [(keeps, here), (covers, here)]) == {MOUTH}
    assert stay([keeps, covers], [(covers, here), (keeps, here)]) == set()
    assert stay([keeps, covers], [(covers, away), (None, here), (keeps, here)]) == {MOUTH}


@pytest.mark.parametrize("places", [None, np.full((SIDE, SIDE, 2), 5, np.float32)], ids=["near", "by hue"])
def test_pale_lines_hide_the_paint_as_in_the_reference(places):
    """Pink ticks cover all where the reference's pink did, found by flow or by their hue; pure red does anyway."""
    inks = dict.fromkeys(WHERE, (1.0, 0.45, 0.45))
    one = says(*WHERE, inks=inks)
    assert one.opaque.all()
    lines = extract_line_art(line_plate(inks=inks))
    assert keep_lines(lines, [one], [(one, places)]).coverage[WHERE[TICKS]].max() == 1
    assert keep_lines(lines, [says(*WHERE)], [(None, places)]).coverage[WHERE[TICKS]].max() == pytest.approx(0.55)


def test_lines_of_another_hue_do_not_decide():
    """A green mouth that is kept says nothing of a red one at the same place."""
    green = says(MOUTH, inks=INKS)
    assert stay([green], [(green, None)]) == set()


def test_nothing_is_looked_for_where_nothing_is_kept():
    """References that cover everything, or say nothing, leave the line art as it is."""
    lines = extract_line_art(line_plate())
    for painted in ([says()], [None], []):
        assert not keeps_any(painted)
        assert keep_lines(lines, painted, [(one, None) for one in painted]) is lines
    assert keeps_any([None, says(TICKS)])
