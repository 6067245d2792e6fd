"""A person's strokes part regions and make regions one; the ink stays as it is drawn."""

import numpy as np

from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.protocol.corrections import Correction, Placed
from cmft_engine.shot.drawing import segment
from cmft_engine.shot.line_edits import LineEdit, LineEdits, closed, landed, opened, that_land


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


ALONG = Correction("line", 1, ((0.0, 0.0), (5.0, 5.0)), last=9, at=4, along=True, id="a", placed=(
    Placed(4, ((0.0, 0.0), (5.0, 5.0))), Placed(5, ((1.0, 0.0), (6.0, 5.0))), Placed(6, ((1.0, 0.0), (6.0, 5.0)))))


def test_a_line_along_its_track():
    """It is drawn where it was placed; but for its own drawing it has to land there. A held drawing has it once."""
    edits = LineEdits.of((ALONG,))
    assert {frame: [edit.lands for edit in of] for frame, of in edits.by_frame.items()} == {4: [False], 5: [True],
                                                                                            6: [True]}
    assert len(edits.among((5, 6))) == 1 and edits.among((1, 9)) == ()


def test_what_was_approved_before_is_left_alone():
    """All frames of that drawing; what is approved later, or with a line of one frame, is not."""
    approval = Correction("approve", 6, id="b")
    same = {5: (5, 6), 6: (5, 6)}
    before = LineEdits.of((approval, ALONG), lambda frame: same.get(frame, ()))
    assert before.by_frame.keys() == {4}
    assert LineEdits.of((approval, ALONG)).by_frame.keys() == {4, 5}
    assert LineEdits.of((ALONG, approval)).by_frame.keys() == {4, 5, 6}
    assert LineEdits.of((approval._replace(on=False), ALONG)).by_frame.keys() == {4, 5, 6}
    assert LineEdits.of((approval, ALONG._replace(id="c", frame=6, along=False))).by_frame.keys() == {6}


def test_where_a_line_lands():
    """Its ends are drawn out to lines a few pixels away; farther ones, and lines beyond the picture, are none."""
    ink = room(gap=20).ink
    short = LineEdit(((40.5, 32.0), (40.5, 47.0)), True, lands=True)
    found = landed(short, ink)
    assert [ink[int(y), int(x)] for x, y in (found.points[0], found.points[-1])] == [True, True]
    assert found.points[1:-1] == short.points and landed(found, ink) == found
    for points in (((40.5, 36.0), (40.5, 47.0)), ((60.0, 20.0), (60.0, 40.0)), ((-40.0, -9.0), (900.0, 5.0))):
        assert landed(LineEdit(points, True), ink) is None
        assert that_land([LineEdit(points, True, lands=True), LineEdit(points, True)], ink) == [LineEdit(points, True)]
    assert landed(LineEdit(((60.0, 20.0), (60.0, 40.0)), False), ink) is not None
