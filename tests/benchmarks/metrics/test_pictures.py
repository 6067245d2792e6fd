import numpy as np

from benchmarks.metrics.pictures import (
    fill_from_nearest,
    flats_under_ink,
    label_inked_regions,
    lay_ink,
    majority_colors,
    pack_colors,
    pour_majority,
    unpack_colors,
)
from tests.benchmarks.small_drawings import CHEEK, EYE, HAIR, MOUTH, PAPER, SKIN, draw_face

LINE, PAINTING = draw_face()


def test_packing_is_reversible():
    """Packed colours come back bit by bit."""
    assert np.array_equal(unpack_colors(pack_colors(PAINTING)), PAINTING)


def test_flats_hold_no_ink_and_ink_can_be_laid_back():
    """Flats hold the parts' colours, a trace of antialiasing apart, and under the line plate give the painting."""
    flats = flats_under_ink(PAINTING, LINE).astype(int)
    parts = np.array([PAPER, HAIR, SKIN, EYE, CHEEK, MOUTH])
    assert np.abs(flats[:, :, None] - parts).max(axis=3).min(axis=2).max() <= 8
    off = np.abs(lay_ink(flats.astype(np.uint8), LINE).astype(int) - PAINTING).max(axis=2)
    assert (off > 16).mean() < 0.01


def test_coloured_trace_lines_leave_no_ink():
    """A pure red line separates regions, but darkens nothing."""
    line = np.full((9, 9, 3), 255, np.uint8)
    line[:, 4] = (255, 0, 0)
    labels, count = label_inked_regions(line)
    assert count == 3
    assert (labels[:, 4] == 0).all()
    assert (lay_ink(np.full((9, 9, 3), 80, np.uint8), line) == 80).all()


def test_pouring_paints_over_what_no_ink_encloses():
    """The cheek inside the skin is lost: the ceiling of one colour a region."""
    poured = pour_majority(flats_under_ink(PAINTING, LINE), LINE)
    assert tuple(poured[57, 32]) == SKIN
    assert tuple(poured[0, 0]) == PAPER


def test_a_region_without_valid_pixels_has_no_colour():
    """Unknown is -1, and ink is never counted."""
    labels = np.array([[0, 1, 1, 2]])
    picture = np.array([[[9, 9, 9], [1, 2, 3], [1, 2, 3], [7, 7, 7]]], np.uint8)
    valid = np.array([[True, True, True, False]])
    assert majority_colors(labels, 3, picture, valid).tolist() == [-1, 0x010203, -1]


def test_filling_without_a_source_changes_nothing():
    """No valid pixel: the values stay as they are."""
    values = np.arange(6).reshape(2, 3)
    assert fill_from_nearest(values, np.zeros((2, 3), bool)) is values
