"""A person's strokes part regions and make regions one; the ink stays as it is drawn."""

import numpy as np

from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.protocol.corrections import Correction
from cmft_engine.shot.drawing import segment
from cmft_engine.shot.line_edits import LineEdit, LineEdits, closed, opened


def room(gap):
    """Line art of a wall down the middle with a gap of so many pixels."""
    rgb = np.ones((60, 80, 3), np.float32)
    rgb[:, 39:41] = 0
    rgb[30:30 + gap, 39:41] = 1
    return extract_line_art(rgb)


def cut(lines, *edits):
    return segment(lines, gap_px=0, min_region_px=3, edits=edits)


def test_a_line_closes_a_gap():
    """Two rooms instead of one; the ink that a plate shows is what it was."""
    lines = room(gap=20)
    assert cut(lines).count == 1
    found = cut(lines, LineEdit(((40.5, 28.0), (40.5, 52.0)), True))
    assert found.count == 2 and found.labels_under_ink.min() == 1 and found.ink is not lines.ink
    assert (lines.coverage[30:50, 39:41] == 0).all()
    slanted = cut(lines, LineEdit(((40.0, 28.0), (47.0, 40.0), (40.0, 52.0)), True))
    assert slanted.count == 2  # a slanting line lets nothing through either


def test_a_line_opens_lines():
    """The regions under it are one, also where the automatic closing of gaps had parted them."""
    lines = room(gap=0)
    assert cut(lines).count == 2
    opening = LineEdit(((20.0, 10.0), (60.0, 12.0)), False)
    assert cut(lines, opening).count == 1
    narrow = room(gap=4)
    assert segment(narrow, gap_px=8, min_region_px=3).count == 2
    assert segment(narrow, gap_px=8, min_region_px=3, edits=[opening]).count == 1


def test_strokes_that_meet_nothing():
    """Outside of the picture, or within one region."""
    lines = room(gap=0)
    for points in (((-50.0, -50.0), (-9.0, -9.0)), ((1e6, 1e6), (1e6, 5.0)), ((5.0, 5.0), (9.0, 9.0))):
        assert cut(lines, LineEdit(points, False)).count == 2
    assert cut(lines, LineEdit(((-50.0, -50.0), (-9.0, -9.0)), True)).count == 2
    labels = np.array([[1, 0, 2]], np.int32)
    assert opened(labels, [])[1] == 2 and closed(labels == 0, []).sum() == 1


def test_of_corrections():
    """Lines that count, by their frame; other kinds are none."""
    points = ((0.0, 0.0), (5.0, 5.0))
    one = Correction("line", 3, points, id="a")
    edits = LineEdits.of((one, one._replace(id="b", on=False), one._replace(id="c", closes=False),
                          Correction("pin", 3, points, "red", id="d")))
    assert edits.by_frame == {3: (LineEdit(points, True), LineEdit(points, False))}
