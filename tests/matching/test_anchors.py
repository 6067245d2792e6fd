"""A corrected region is found again where it was, or where it went when its drawing was redrawn."""

import numpy as np
import pytest

from cmft_engine.matching.anchors import anchor_of, likeness, region_at
from cmft_engine.protocol.corrections import Anchor


def boxes(*places, size=(60, 80)):
    """Regions 1, 2, … as boxes x0, y0, x1, y1 on a ground of 0."""
    labels = np.zeros(size, np.int32)
    for number, (x0, y0, x1, y1) in enumerate(places, 1):
        labels[y0:y1, x0:x1] = number
    return labels


def test_at_the_point():
    labels = boxes((5, 5, 20, 25), (30, 5, 50, 15))
    anchor = anchor_of(labels, 2)
    assert anchor.box == (30, 5, 50, 15) and anchor.area == 200 and anchor.shape == "f" * 64
    assert region_at(labels, 35.7, 9.2, anchor) == 2 and likeness(labels, 2, anchor) == pytest.approx(1)
    assert region_at(labels, 35, 9) == 2 and region_at(labels, 25, 9) is None
    assert region_at(labels, -1, 9) is None and region_at(labels, 80, 9) is None


def test_shifted_plate():
    """The point now lies in another region, which does not look like the corrected one."""
    before = boxes((5, 5, 45, 45), (50, 20, 60, 24))
    after = boxes((9, 5, 49, 45), (54, 20, 64, 24))
    assert region_at(after, 51, 22, anchor_of(before, 2)) == 2
    onto = boxes((13, 5, 53, 45), (58, 20, 68, 24))
    assert region_at(onto, 51, 22, anchor_of(before, 2)) == 2 and region_at(onto, 51, 22) == 1


def test_renumbered_and_thicker_lines():
    """Another gap setting numbers regions anew, a thicker line takes a rim: it is still that region."""
    before = boxes((5, 5, 45, 45), (50, 20, 70, 40))
    after = boxes((51, 21, 69, 39), (6, 6, 44, 44))
    assert region_at(after, 60, 30, anchor_of(before, 2)) == 1


def test_gone():
    """Nothing near looks like it."""
    before = boxes((5, 5, 45, 45), (50, 20, 70, 24))
    assert region_at(boxes((0, 0, 80, 60)), 60, 22, anchor_of(before, 2)) is None
    assert region_at(np.zeros((60, 80), np.int32), 60, 22, anchor_of(before, 2)) is None
    assert region_at(np.zeros((0, 0), np.int32), 60, 22) is None


def test_anchor_outside():
    """A file may hold any box."""
    labels = boxes((5, 5, 20, 25))
    for box in ((-900, -900, -800, -800), (10**9, 10**9, 10**9 + 1, 10**9 + 1)):
        assert region_at(labels, 70, 50, Anchor(box, 4, "0" * 64)) is None
