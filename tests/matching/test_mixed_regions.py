"""Regions of several colours: the way that brings the lines to agree carries the whole pattern."""

from types import SimpleNamespace

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.lineart.line_distance import line_distance
from cmft_engine.matching.carry import CarriedPaint
from cmft_engine.matching.framing import Framing
from cmft_engine.matching.mixed_regions import carry_whole
from cmft_engine.matching.region_warp import PaintedRegions, PlacedRegion, RegionWarp

SIDE = 64


def box_ink(left):
    """Ink (H, W) of a box of 31 px."""
    ink = np.zeros((SIDE, SIDE), bool)
    ink[16:48, [left, left + 31]] = ink[[16, 47], left:left + 32] = True
    return ink


def moved_by(pixels):
    """The places (H, W, 2) that lie so far to the right."""
    x, y = np.meshgrid(np.arange(SIDE, dtype=np.float32), np.arange(SIDE, dtype=np.float32))
    return np.dstack([x + pixels, y])


@pytest.mark.parametrize(("bent", "whole", "wanted"), [
    ((0, 2), None, None), ((8, 2), None, 8), ((0, 2), 8, 8), ((8, 2), 0, 8), ((8.3, 2), 8.4, 8.4), ((8, 2), 10, 8),
])
def test_the_way_that_agrees_carries(bent, whole, wanted):
    """Bent or as a whole, whichever agrees with the lines; as a whole where both do; none where none does."""
    target, there = box_ink(8), box_ink(16)
    index = np.repeat((np.arange(SIDE) // 2)[None], SIDE, 0).astype(np.int32)
    reference = SimpleNamespace(distance=line_distance(there), paints=PaintMap.pure(index))
    labels = np.ones((SIDE, SIDE), np.int32)
    warp = RegionWarp(1, 1, PaintedRegions(labels, Framing(0, 0, SIDE, SIDE, 1.0), index), 1)
    inside = np.zeros((SIDE, SIDE), bool)
    inside[17:47, 9:39] = True
    plate = slice(0, SIDE), slice(0, SIDE)
    placed = PlacedRegion(warp, plate, inside, tuple(map(moved_by, bent)), None if whole is None else moved_by(whole))
    nothing = PaintMap.pure(np.full((SIDE, SIDE), 99, np.int32))
    carried = CarriedPaint(nothing, np.zeros((SIDE, SIDE), bool), np.zeros((SIDE, SIDE), bool))
    carry_whole(carried, [(reference, placed)], distance=line_distance(target), scale=1.0, flow=None)
    if wanted is None:
        assert not carried.taken.any()
        return
    assert np.array_equal(carried.taken, inside)
    expected = (np.rint(np.arange(SIDE) + wanted).astype(int).clip(0, SIDE - 1)) // 2
    assert np.array_equal(nothing.first[30, 9:39], expected[9:39])
