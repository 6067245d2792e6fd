"""The painter's own pixels in painterly regions: scenery stays, what moves is followed, soft borders leave no ghost."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.lineart.line_distance import line_distance
from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.matching.carry import CarriedPaint
from cmft_engine.matching.painterly import MISMATCH_PX, Mismatch, Way, carry_painterly, painterly_regions
from cmft_engine.shot.drawing import segment

SIDE = 128
MIDDLE = 64


def scene(left):
    """Ink (H, W) of a scene: a frame around, a hill that stands, and a square that is at some x."""
    ink = np.zeros((SIDE, SIDE), bool)
    ink[100, :] = True
    ink[40:70, left] = ink[40:70, left + 30] = ink[40, left:left + 31] = ink[70, left:left + 31] = True
    return ink


def drawing_of(ink):
    """The regions of lines."""
    rgb = np.repeat(np.where(ink, 0.0, 1.0)[..., None], 3, axis=2).astype(np.float32)
    return segment(extract_line_art(rgb), gap_px=0, min_region_px=3)


def painted(left):
    """RGBA of the scene: a sky that is a gradient from left to right, and a square that has one of its own."""
    pixels = np.ones((SIDE, SIDE, 4), np.float32)
    pixels[..., 0] = np.linspace(0, 0.5, SIDE)
    pixels[..., 1] = 0
    pixels[40:71, left:left + 31, 1] = np.linspace(0.5, 1, 31)
    return pixels


def reference(left):
    """What the matcher keeps of the painted scene, as far as it is looked at here."""
    segmented, pixels = drawing_of(scene(left)), painted(left)
    nothing = np.zeros((SIDE, SIDE), np.int32)
    paints = PaintMap(nothing, nothing, np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), bool), pixels)
    return SimpleNamespace(segmented=segmented, distance=line_distance(segmented.ink), paints=paints, own_share=1.0,
                           painterly=np.ones(segmented.count, np.float32), own_paints=paints.as_painted())


def carried(source, target):
    """The pixels that the target gets of the reference, red and green (H, W, 2)."""
    nothing = np.zeros((SIDE, SIDE), np.int32)
    empty = PaintMap(nothing, nothing.copy(), np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), bool),
                     np.zeros((SIDE, SIDE, 4), np.float32))
    result = CarriedPaint(empty, np.zeros((SIDE, SIDE), bool), np.zeros((SIDE, SIDE), bool))
    places = np.dstack(np.meshgrid(np.arange(SIDE), np.arange(SIDE))).astype(np.float32)
    carry_painterly(result, target, np.ones(target.count, bool), [Way(source, places)], [],
                    scale=1.0)
    assert result.taken.all() and result.free.all() and result.paints.own.all()
    return result.paints.pixels[..., :2]


def test_a_scene_that_stands_is_the_painters_own():
    """The same lines give the same pixels, every one of them."""
    assert np.array_equal(carried(reference(40), drawing_of(scene(40))), painted(40)[..., :2])


def test_scenery_stays_and_what_moves_is_followed():
    """A square moves by 4 px: its gradient moves along; the sky's stays where it is, away from the square."""
    found, wanted = carried(reference(40), drawing_of(scene(44))), painted(44)[..., :2]
    inside = np.zeros((SIDE, SIDE), bool)
    inside[43:68, 48:70] = True
    assert np.abs(found - wanted)[inside, 1].mean() < 0.01
    sky = np.ones((SIDE, SIDE), bool)
    sky[34:76, 34:84] = False
    assert np.array_equal(found[sky], wanted[sky])


def test_no_ghost_is_left_where_a_line_has_gone():
    """Beside the place that the square's border has left, the sky is not as it was there."""
    source = reference(40)
    source.paints.pixels[38:72, 38:40, 1] = 0.9  # the soft border of the square, seen in the sky
    found = carried(source, drawing_of(scene(60)))
    assert found[50, 38:40, 1] == pytest.approx(0, abs=0.1)


def test_which_regions_are_painterly():
    """Those that match painterly ones; what matches nothing is as most of the reference is."""
    one = SimpleNamespace(painterly=np.array([1.0, 0.0], np.float32), own_share=0.2)
    chance = np.array([[0.9, 0.05], [0.1, 0.8], [0.0, 0.0]], np.float32)
    assert painterly_regions(4, np.array([0, 1, 3]), [one], chance).tolist() == [True, False, False, False]
    one.own_share = 0.9
    assert painterly_regions(4, np.array([0, 1, 3]), [one], chance).tolist() == [True, False, True, True]


def test_a_place_in_a_region_that_does_not_match_costs():
    """A sure match costs nothing, an unlikely one the whole; what was not matched is free, whatever it is."""
    chance = np.array([[0.8, 0.1], [0.05, 0.15]], np.float32)
    mismatch = Mismatch((3, np.array([0, 2])), (2, np.array([0, 1])), chance)
    labels, there = np.int32([[1, 1, 3, 3, 2]]), np.int32([[1, 2, 1, 2, 1]])
    assert mismatch.costs(labels, there)[0] == pytest.approx(
        [0, MISMATCH_PX * 0.875, MISMATCH_PX * (1 - 0.05 / 0.3), MISMATCH_PX * 0.5, 0])


def test_a_large_region_that_moves_is_no_scenery():
    """A square that fills a quarter of the plate moves by 4 px: its gradient moves along, far from lines too."""
    source, target = large_square(30), drawing_of(square_ink(34))
    found = carried(source, target)[64, 60:90, 1]
    assert found == pytest.approx(np.linspace(0, 1, 65)[60 - 34:90 - 34], abs=0.02)


def square_ink(left):
    """Ink (H, W) of a square of 64 px."""
    ink = np.zeros((SIDE, SIDE), bool)
    ink[30:95, left] = ink[30:95, left + 64] = ink[30, left:left + 65] = ink[94, left:left + 65] = True
    return ink


def large_square(left):
    """What the matcher keeps of a large square with a gradient from left to right."""
    segmented = drawing_of(square_ink(left))
    pixels, nothing = np.ones((SIDE, SIDE, 4), np.float32), np.zeros((SIDE, SIDE), np.int32)
    pixels[30:95, left:left + 65, 1] = np.linspace(0, 1, 65)
    paints = PaintMap(nothing, nothing, np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), bool), pixels)
    return SimpleNamespace(segmented=segmented, distance=line_distance(segmented.ink), paints=paints,
                           own_share=1.0, own_paints=paints.as_painted())


def test_a_part_that_turns_moves_as_a_whole():
    """A long part turns by ten degrees: its gradient turns with it, to a hundredth."""
    corners = np.array([[20, 50], [108, 50], [108, 78], [20, 78]], np.float64)
    angle = np.deg2rad(10)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # of what lies where, back
    here, there = (corners - MIDDLE) @ turn + MIDDLE, corners
    source, target = part(there), drawing_of(outline(here))
    grid = np.dstack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    back = (grid - MIDDLE) @ turn.T + MIDDLE
    inside = cv2.erode(cv2.fillPoly(np.zeros((SIDE, SIDE), np.uint8), [np.rint(here).astype(np.int32)], 1),
                       np.ones((7, 7), np.uint8)) > 0
    found = carried(source, target)[..., 1]
    assert np.abs(found[inside] - back[inside][:, 0] / SIDE).mean() < 0.01


def outline(corners):
    """Ink (H, W) of a closed outline."""
    ink = np.zeros((SIDE, SIDE), np.uint8)
    return cv2.polylines(ink, [np.rint(corners).astype(np.int32)], True, 1) > 0


def part(corners):
    """What the matcher keeps of a part with a gradient from left to right, on paper."""
    segmented = drawing_of(outline(corners))
    pixels, nothing = np.ones((SIDE, SIDE, 4), np.float32), np.zeros((SIDE, SIDE), np.int32)
    filled = cv2.fillPoly(np.zeros((SIDE, SIDE), np.uint8), [np.rint(corners).astype(np.int32)], 1) > 0
    pixels[..., 1] = np.where(filled, np.arange(SIDE) / SIDE, 1)
    paints = PaintMap(nothing, nothing, np.zeros((SIDE, SIDE), np.float32), np.ones((SIDE, SIDE), bool), pixels)
    return SimpleNamespace(segmented=segmented, distance=line_distance(segmented.ink), paints=paints,
                           own_share=1.0, own_paints=paints.as_painted())
