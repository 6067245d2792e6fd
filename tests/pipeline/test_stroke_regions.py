"""What a stroke parts and joins, and which piece of it lies between lines."""

import numpy as np

from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.lineart.regions import compact, label_regions
from cmft_engine.matching.stroke_carry import Lines
from cmft_engine.pipeline.stroke_regions import across_lines, between_lines, each_px, onto_lines, parted, sides_differ
from cmft_engine.pipeline.stroke_regions import under as regions_under_stroke


def room(gap):
    """Ink and labels of a picture with a wall down at x 40 that has a gap of so many pixels from y 30 on."""
    rgb = np.ones((60, 80, 3), np.float32)
    rgb[:, 39:41] = 0
    rgb[30:30 + gap, 39:41] = 1
    art = extract_line_art(rgb)
    return Lines(art.ink), compact(label_regions(art, gap_px=0).labels)[0]


DOWN = np.array([[40.0, 28.0], [40.0, 52.0]])


def test_parted():
    """The area of the smaller piece; nothing where a stroke ends in the middle, or lies on a whole wall."""
    _, labels = room(20)
    assert parted(labels, DOWN) == 39 * 60  # the stroke takes the one column at x 40
    assert parted(labels, DOWN - (0, 10)) == parted(room(0)[1], DOWN) == 0


def test_sides_differ():
    """Beside a wall they do, beside a gap they do not."""
    assert sides_differ(room(0)[1], DOWN) and not sides_differ(room(20)[1], DOWN)
    assert not sides_differ(room(0)[1], DOWN + (20, 0)) and not sides_differ(np.zeros((60, 80), np.int32), DOWN)


def test_between_lines():
    """What was drawn too far on either side is left out; a stroke with one end on lines, or none, is none."""
    lines, _ = room(20)
    slanting = each_px(np.array([[25.0, 20.0], [40.0, 28.0], [40.0, 52.0], [60.0, 58.0]]))
    kept = between_lines(slanting, lines)
    assert np.hypot(*(kept[0] - (39, 27))) < 2 and np.hypot(*(kept[-1] - (41, 52))) < 2
    assert (between_lines(each_px(DOWN), lines) == each_px(DOWN)).all()
    assert between_lines(each_px(np.array([[60.0, 10.0], [70.0, 50.0]])), lines) is None
    assert between_lines(each_px(np.array([[40.0, 40.0], [70.0, 40.0]])), lines) is None


def test_across_lines():
    """From one region to the other with a little of both; within one region it is none."""
    _, labels = room(0)
    kept = across_lines(each_px(np.array([[5.0, 20.0], [75.0, 20.0]])), labels)
    assert 29 <= kept[0, 0] <= 33 and 47 <= kept[-1, 0] <= 51 and len(regions_under_stroke(labels, kept)) == 2
    assert across_lines(each_px(np.array([[5.0, 20.0], [30.0, 20.0]])), labels) is None
    assert across_lines(each_px(np.array([[40.0, 20.0], [40.0, 30.0]])), labels) is None


def test_onto_lines():
    """Both ends come to lie on ink, the middle goes half of either way; ends far from ink come to lie nowhere."""
    lines, _ = room(20)
    found = onto_lines(np.array([[42.0, 28.0], [43.0, 40.0], [42.0, 52.0]]), lines)
    assert lines.ink[tuple(found[[0, -1]].astype(int)[:, ::-1].T)].all() and 40.5 <= found[1, 0] <= 43
    assert onto_lines(DOWN + (9, 0), lines) is None
