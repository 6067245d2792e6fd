"""A region laid over another says where its pixels lie there."""

import cv2
import numpy as np
import pytest

from cmft_engine.matching.alignment import MARGIN_PX, align_regions
from cmft_engine.matching.flow import LEAST_PX


def blob(size, center, axes, degrees=0.0):
    """A filled ellipse: bool (h, w)."""
    picture = np.zeros(size, np.uint8)
    cv2.ellipse(picture, (center, axes, degrees), 1, -1)
    return picture > 0


def test_a_moved_region_lies_where_it_was():
    """A shape that moved by whole pixels lands on itself in both ways, at any distance and picture size."""
    there, here = blob((200, 160), (50, 60), (50, 30), 20), blob((240, 260), (190, 150), (50, 30), 20)
    box, ways = align_regions(here, there)
    inside = here[box]
    y, x = np.mgrid[box][:, inside]
    for places in ways:
        moved = places[inside]
        assert np.abs(moved - np.stack([x - 140, y - 90], 1)).max() < 1.0


def test_a_stretched_region_follows_its_outline():
    """Of a shape twice as large, nearly every pixel lands inside, and the middle in the middle."""
    there, here = blob((120, 120), (60, 60), (40, 24)), blob((300, 300), (150, 150), (80, 48))
    box, ways = align_regions(here, there)
    inside = here[box]
    _, stretched = ways
    x, y = np.rint(stretched[inside]).astype(int).T
    assert there[y, x].mean() > 0.97
    middle = stretched[150 - box[0].start, 150 - box[1].start]
    assert np.abs(middle - 60).max() < 1.5


@pytest.mark.parametrize("side", [1, 2, 5])
def test_specks(side):
    """Regions of a few pixels are laid over each other without a search, and none is lost at the picture's edge."""
    here, there = np.zeros((40, 40), bool), np.zeros((30, 30), bool)
    here[:side, :side] = True
    there[-side:, -side:] = True
    box, ways = align_regions(here, there)
    assert box == (slice(0, side + MARGIN_PX), slice(0, side + MARGIN_PX)) and side + MARGIN_PX < LEAST_PX
    for places in ways:
        assert np.abs(places[0, 0] - (30 - side)).max() < 1e-3


def test_masks_stay():
    """Neither mask is written to."""
    here, there = blob((90, 90), (40, 40), (30, 30)), blob((90, 90), (50, 45), (40, 30))
    before = here.copy(), there.copy()
    align_regions(here, there)
    assert np.array_equal(here, before[0]) and np.array_equal(there, before[1])
