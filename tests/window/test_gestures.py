"""Clicks and strokes become corrections."""

import numpy as np
import pytest

from cmft_engine.pipeline.changes import Area, Change
from cmft_engine.protocol.errors import InputError
from cmft_engine.window import gestures
from cmft_engine.window.gestures import Gesture, approve, correct, point_in
from cmft_engine.window.pictures import Small, thumbnail

COAT, FACE, HAT = (32.0, 44.0), (32.0, 24.0), (32.0, 11.0)


def named(colored, name):
    return colored.palette.names.index(name)


@pytest.mark.parametrize(("tool", "kind", "color"), [
    (gestures.PIN, "pin", "red"), (gestures.BUCKET, "lock", "red"), (gestures.LOCK, "lock", "blue"),
    (gestures.UNKNOWN, "unknown", ""), (gestures.RECOLOR, "recolor", "red"),
])
def test_a_click(colored, tool, kind, color):
    """The correction has the point, the shape of the region, an id and an author's time; one region changes at once."""
    made = correct(colored, Gesture(tool, 2, (COAT,), named(colored, "red")), {})
    (one,) = made.corrections
    assert (one.kind, one.color, one.frame, one.points) == (kind, color, 2, (COAT,)) and one.id and one.time
    assert one.anchors[0].area > 500 and len(made.changes) == 1
    (change,) = made.changes.values()
    assert change.unknown == (kind == "unknown")
    assert (one.old, one.last) == (("blue", 6) if kind == "recolor" else ("", None))


def test_what_is_locked_is_what_is_shown(colored):
    """A region that a correction has changed is locked in its new colour."""
    region = int(colored.labels_under_ink(2)[44, 32]) - 1
    made = correct(colored, Gesture(gestures.LOCK, 2, (COAT,)), {region: Change(named(colored, "skin"), 1.0)})
    assert made.corrections[0].color == "skin"


def test_a_stroke_meets_all_under_it(colored):
    made = correct(colored, Gesture(gestures.STROKE, 3, (HAT, COAT), named(colored, "red")), {})
    assert made.corrections[0].kind == "stroke" and len(made.changes) == 3
    with pytest.raises(InputError, match="no region lies under"):
        correct(colored, Gesture(gestures.STROKE, 3, ((-5.0, -5.0), (-1.0, -1.0)), 1), {})


def test_a_line_closes_or_opens(colored):
    for tool, closes in ((gestures.CLOSE, True), (gestures.OPEN, False)):
        made = correct(colored, Gesture(tool, 2, (HAT, COAT)), {})
        assert made.corrections[0].kind == "line" and made.corrections[0].closes is closes and not made.changes


def test_a_line_along_its_track(colored):
    """It opens the line between hat and face in every drawing, from the frame in which it was drawn, and says so."""
    across = ((33.0, 11.0), (33.0, 24.0))
    made = correct(colored, Gesture(gestures.OPEN, 2, across, along=True), {})
    (one,) = made.corrections
    assert one.along and (one.frame, one.last, one.at) == (1, 6, 2) and one.id and not made.changes
    assert [placed.frame for placed in one.placed] == [1, 2, 3, 4, 5, 6] and not one.unplaced
    assert made.said == "drawn in frames 1-6"


def test_what_cannot_be(colored):
    with pytest.raises(InputError, match="choose one in the palette"):
        correct(colored, Gesture(gestures.PIN, 2, (COAT,)), {})
    with pytest.raises(InputError, match="no picture at 400, 3"):
        correct(colored, Gesture(gestures.PIN, 2, ((400.0, 3.0),), 1), {})
    with pytest.raises(InputError, match="frame 99"):
        correct(colored, Gesture(gestures.PIN, 99, (COAT,), 1), {})


def test_an_approval_names_every_region(colored):
    """With a point inside it and the colour that is shown, changes included."""
    labels = colored.labels_under_ink(5)
    region = int(labels[44, 35]) - 1
    made = approve(colored, 5, {region: Change(named(colored, "red"), 1.0)})
    (one,) = made.corrections
    found = {int(labels[int(y), int(x)]) - 1: name for x, y, name in one.colors}
    assert one.kind == "approve" and len(found) == len(one.colors) == 4 and found[region] == "red"
    assert gestures.approved_frames(made.corrections) == {5}
    assert gestures.approved_frames([one._replace(undone=True)]) == set()


def test_points_lie_inside(colored):
    labels = colored.labels_under_ink(6)
    for region in range(int(labels.max())):
        x, y = point_in(colored, 6, region)
        assert labels[int(y), int(x)] == region + 1
    with pytest.raises(InputError):
        point_in(colored, 6, 99)
    assert np.unique(labels).tolist() == [1, 2, 3, 4]


def test_a_recolor_takes_the_paint_under_the_click(colored):
    """Of a region of several paints the clicked one is swapped, and seen so at once; the others stay."""
    red, skin, region = named(colored, "red"), named(colored, "skin"), int(colored.labels_under_ink(2)[44, 32]) - 1
    spot = Area(skin, ((28.0, 40.0), (36.0, 40.0), (36.0, 48.0), (28.0, 48.0)))
    shown = Change(named(colored, "blue"), 1.0, areas=(spot,))
    made = correct(colored, Gesture(gestures.RECOLOR, 2, (COAT,), red), {region: shown})
    assert (made.corrections[0].old, made.corrections[0].color) == ("skin", "red")
    assert made.changes == {region: shown._replace(swaps=((skin, red),))}
    small = np.full((8, 8), region + 1, np.uint8)
    first = np.repeat(np.uint8([[named(colored, "blue")] * 4 + [skin] * 4]), 8, 0)
    swatches = np.arange(30, dtype=np.uint8).reshape(10, 3)
    picture = thumbnail(Small(small, first, np.zeros((8, 8), np.uint8)), made.changes, swatches)
    assert (picture[:, :4] == swatches[named(colored, "blue")]).all() and (picture[:, 4:] == swatches[red]).all()
