"""The painter's own pixels are carried: where nothing moved exactly, at soft borders as mixtures."""

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.carry import STILL_PX, CarriedPaint, overwrite, sample_paints, still_pixels


def grid(height, width):
    """Every pixel's own place (H, W, 2), x and y."""
    return np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)


def ink(side=128):
    """Lines of a cross."""
    lines = np.zeros((side, side), bool)
    lines[64], lines[:, 20] = True, True
    return lines


def test_equal_lines_are_still():
    """Where all lines within half a window are equal nothing has moved; a stroke more ends that around it alone."""
    other = ink()
    other[100, 100] = True
    still = still_pixels(ink(), other, grid(128, 128))
    reach = STILL_PX // 2
    assert still[100 - reach - 1, 100] and not still[100 - reach, 100]
    assert still[:, : 100 - reach].all() and still.sum() == 128 * 128 - STILL_PX**2


def test_what_flow_moves_is_not_still():
    """A pixel whose place is 2 px away is not the painter's own, whatever the lines say."""
    places = grid(128, 128)
    places[30:40, 90:99, 0] += 2
    still = still_pixels(ink(), ink(), places)
    assert not still[30:40, 90:99].any() and still.sum() == 128 * 128 - 90


def test_hard_borders_stay_hard():
    """Between two pixels of a hard border the nearest is taken; no mixture is made up."""
    paints = PaintMap.pure(np.array([[0, 0, 1, 1]], np.int32))
    found = sample_paints(paints, np.array([[[0.4, 0], [1.4, 0], [1.6, 0], [9, 0]]], np.float32))
    assert found.first.tolist() == [[0, 0, 1, 1]] and not found.share.any() and found.own is None


def test_soft_borders_are_looked_up_between_pixels():
    """A mixed pixel read half a pixel aside is mixed of the same paints, more of the one it moved towards."""
    share = np.array([[0, 0, 0.5, 0, 0]], np.float32)
    paints = PaintMap(np.array([[0, 0, 0, 1, 1]], np.int32), np.array([[0, 0, 1, 1, 1]], np.int32), share)
    found = sample_paints(paints, np.array([[[2, 0], [1.5, 0], [2.5, 0]]], np.float32))
    assert found.share[0, 0] == pytest.approx(0.5) and {found.first[0, 0], found.second[0, 0]} == {0, 1}
    assert (found.first[0, 1], found.first[0, 2]) == (0, 1)
    assert 0 < found.share[0, 1] < 0.25 and 0 < found.share[0, 2] < 0.25


def test_own_pixels_are_carried_as_they_are():
    """Where the painting is no paint its pixels come along, linear between."""
    pixels = np.zeros((1, 3, 4), np.float32)
    pixels[0, :, 0] = 0, 1, 0
    index, own = np.zeros((1, 3), np.int32), np.array([[False, True, True]])
    paints = PaintMap(index, index, np.zeros((1, 3), np.float32), own, pixels)
    found = sample_paints(paints, np.array([[[1, 0], [1.75, 0], [0, 0]]], np.float32))
    assert found.own.tolist() == [[True, True, False]]
    assert found.pixels[0, :2, 0] == pytest.approx([1, 0.25], abs=0.02)


def test_hard_borders_of_own_pixels_stay_hard():
    """A step from one pixel to the next is not mixed; a step with a pixel between is, and so is a gradient."""
    pixels = np.zeros((1, 12, 4), np.float32)
    pixels[0, :, 0] = 0, 0, 1, 1, 1, 1, 0.5, 0, 0, 0.02, 0.04, 0.06
    index, own = np.zeros((1, 12), np.int32), np.ones((1, 12), bool)
    paints = PaintMap(index, index, np.zeros((1, 12), np.float32), own, pixels)
    assert paints.hard_borders.tolist() == [[False, True, True, *[False] * 9]]
    found = sample_paints(paints, np.array([[[1.4, 0], [1.6, 0], [5.5, 0], [9.5, 0]]], np.float32))
    assert found.pixels[0, :, 0] == pytest.approx([0, 1, 0.75, 0.03], abs=0.02)


def test_taking_leaves_what_is_taken():
    """A warp that carries a region whole does not touch pixels where nothing has moved."""
    carried = CarriedPaint(PaintMap.pure(np.zeros((2, 2), np.int32)), np.array([[True, False], [False, False]]),
                           np.zeros((2, 2), bool))
    window, inside = (slice(0, 2), slice(0, 2)), np.array([[True, True], [False, True]])
    carried.take(window, inside, PaintMap.pure(np.full((2, 2), 5, np.int32)))
    assert carried.paints.first.tolist() == [[0, 5], [0, 5]]
    assert carried.taken.tolist() == [[True, True], [False, True]]
    without = carried.without(np.array([[False, True], [False, False]]))
    assert without.taken.tolist() == [[True, False], [False, True]] and carried.taken[0, 1]


def test_overwriting_without_own_pixels_clears_them():
    """Where other pixels are plain paints, nothing of the painter's own is left."""
    paints = PaintMap(*[np.zeros((1, 2), np.int32)] * 2, np.zeros((1, 2), np.float32), np.ones((1, 2), bool),
                      np.ones((1, 2, 4), np.float32))
    overwrite(paints, (slice(0, 1), slice(0, 2)), np.array([[True, False]]), PaintMap.pure(np.ones((1, 2), np.int32)))
    assert paints.own.tolist() == [[False, True]] and paints.first.tolist() == [[1, 0]]
