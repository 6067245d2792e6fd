"""Palette indices are carried from one region into another, at the plate's own size."""

from dataclasses import replace

import numpy as np
import pytest

from cmft_engine.matching.framing import Framing
from cmft_engine.matching.region_warp import (
    STARTS,
    PaintedRegions,
    PlacedRegion,
    RegionWarp,
    place_regions,
    warp_regions,
)


def plate(side, left, top, width, height):
    """Labels (side, side): a box of region 2 on region 1, and an index with colours 1 and 2 in the box's halves."""
    labels, index = np.ones((side, side), np.int32), np.zeros((side, side), np.int32)
    labels[top : top + height, left : left + width] = 2
    index[top : top + height, left : left + width // 2] = 1
    index[top : top + height, left + width // 2 : left + width] = 2
    return labels, index


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_a_moved_box_keeps_its_two_halves(scale):
    """Whatever the work size, a box of two colours far from where it was gets both, and all else is -1."""
    there, index = plate(128, 8, 10, 48, 60)
    here, wanted = plate(128, 64, 56, 48, 60)
    framing = Framing(0, 0, round(128 * scale), round(128 * scale), scale)
    reference = PaintedRegions(framing.sample(there).astype(np.int32), framing, index.astype(np.float32))
    work = framing.sample(here).astype(np.int32)
    warped = warp_regions(place_regions(here, work, framing, [RegionWarp(2, 2, reference, 2)]), here.shape)
    assert warped.shape == (STARTS, 128, 128) and (warped[:, here == 1] == -1).all()
    for one in warped:
        differs = (one != wanted) & (here == 2)
        assert not differs[60:112, np.r_[68:85, 91:108]].any()  # no border is off by more than 3 px
        assert (one[here == 2] > 0).mean() > 0.95


def test_each_region_reads_its_own_reference():
    """Labels at the work size and in the plate, and the references' framings, may all differ."""
    there, index = plate(96, 10, 12, 40, 40)
    here, _ = plate(96, 40, 30, 40, 40)
    whole, moved = Framing(0, 0, 96, 96, 1.0), Framing(-16, -8, 128, 112, 1.0)
    work = np.where(moved.sample(here) == 2, 7, 1).astype(np.int32)
    other = PaintedRegions(whole.sample(there).astype(np.int32), whole, index.astype(np.float32) + 4)
    warped = warp_regions(place_regions(here, work, moved, [RegionWarp(7, 2, other, 2)]), here.shape)
    assert {5, 6} <= set(np.unique(warped)) <= {-1, 4, 5, 6} and (warped[:, 40, 42] == 5).all()
    assert (warped[:, 40, 77] == 6).all()


def test_no_region():
    """Without a region to carry into there is no map."""
    ones = np.ones((5, 7), np.int32)
    assert warp_regions(place_regions(ones, ones, Framing(0, 0, 7, 5, 1.0), []), (5, 7)).shape == (0, 5, 7)


def test_a_region_that_moves_as_a_whole_votes_so():
    """Where the affine motion is known it votes in the place of the bent start with the centres alone; else that."""
    bent, stretched, whole = (np.full((2, 2, 2), value, np.float32) for value in (1, 2, 3))
    ones = np.ones((2, 2), np.int32)
    warp = RegionWarp(1, 1, PaintedRegions(ones, Framing(0, 0, 2, 2, 1.0), np.zeros((2, 2), np.float32)), 1)
    placed = PlacedRegion(warp, (slice(0, 2), slice(0, 2)), ones > 0, (bent, stretched))
    assert placed.voting == (bent, stretched) and [is_whole for _, is_whole in placed.offered] == [False, False]
    known = replace(placed, whole=whole)
    assert known.voting == (whole, stretched) and len(known.voting) == STARTS
    assert known.offered == ((bent, False), (stretched, False), (whole, True))
