"""Regions: labels, closed gaps, small regions, growing under ink, and what is measured of each."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from cmft_engine.lineart.lineart import LineArt
from cmft_engine.lineart.regions import compact, grow_under_ink, label_regions, rainbow, region_features

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))
SPARSE = hnp.arrays(np.bool_, (24, 24), elements=st.sampled_from([False] * 5 + [True]))


def lines(ink):
    """Line art of hard black main lines."""
    ink = np.asarray(ink, np.bool_)
    return LineArt(ink, np.zeros_like(ink), ink.astype(np.float32), np.zeros((*ink.shape, 3), np.float32))


def drawing(*rows):
    """Ink mask of a drawing in characters, # is ink."""
    return np.array([[letter == "#" for letter in row] for row in rows])


def broken_circle(gap, *, degrees=0, width=2):
    """A circle in 128 x 128 px with a break `gap` px wide."""
    ink = np.zeros((128, 128), np.uint8)
    cv2.circle(ink, (64, 64), 40, 1, width)
    y, x = np.mgrid[:128, :128] - 64.0
    along = np.cos(np.radians(degrees)) * x + np.sin(np.radians(degrees)) * y
    across = np.cos(np.radians(degrees)) * y - np.sin(np.radians(degrees)) * x
    return (ink > 0) & ~((along > 0) & (np.abs(across + 0.25) < gap / 2))


def two_rooms(neck, *, length=3):
    """Two rooms of 30 x 30 px in solid ink, joined by a passage `neck` px wide."""
    ink = np.ones((40, 70 + length), np.bool_)
    ink[5:35, 5:35] = ink[5:35, 35 + length : 65 + length] = False
    ink[20 - neck // 2 : 20 - neck // 2 + neck, 35 : 35 + length] = False
    return ink


def stripe(width, *, wave):
    """A closed stripe `width` px wide and 150 long across white paper, waving up and down."""
    ink = np.zeros((70, 170), np.bool_)
    x = np.arange(10, 160)
    top = np.rint(20 + wave * np.sin(x / 9)).astype(int)
    for row in (-2, -1, width, width + 1):
        ink[top + row, x] = True
    ink[10 : 32 + width, [10, 159]] = True
    return ink


def test_lines_divide_a_tiny_drawing():
    """Tiny drawing, exact labels, reading order."""
    found = label_regions(lines(drawing("..#.", "###.", "..#.")), gap_px=0, min_region_px=1)
    assert found.count == 3
    assert found.labels.tolist() == [[1, 1, 0, 2], [0, 0, 0, 2], [3, 3, 0, 2]]
    assert found.labels.dtype == np.int32
    assert not found.closed.any()


def test_diagonal_ink_divides():
    """Regions are 4-connected: a diagonal of ink one pixel wide is tight."""
    assert label_regions(lines(np.eye(9)), gap_px=0, min_region_px=1).count == 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (30, 40)])
@pytest.mark.parametrize("gap_px", [0, 4, 64])
def test_blank_and_black_plates(shape, gap_px):
    """White paper is one region; solid ink has none and grows to one."""
    blank = label_regions(lines(np.zeros(shape)), gap_px=gap_px)
    assert (blank.count, blank.labels.min()) == (1, 1)
    black = label_regions(lines(np.ones(shape)), gap_px=gap_px)
    assert (black.count, black.labels.max()) == (0, 0)
    assert (grow_under_ink(black.labels) == 1).all()
    assert region_features(black).area.shape == (0,)
    assert not rainbow(black).any()


@pytest.mark.parametrize("degrees", [0, 30, 45, 200])
@pytest.mark.parametrize("gap_px", [1, 2, 4, 7, 12])
def test_gaps_up_to_the_size_are_closed(gap_px, degrees):
    """A circle with a break is closed up to gap_px and open from two pixels above it."""
    for gap in range(1, gap_px):
        assert label_regions(lines(broken_circle(gap, degrees=degrees)), gap_px=gap_px).count == 2
    assert label_regions(lines(broken_circle(gap_px + 3, degrees=degrees)), gap_px=gap_px).count == 1


def test_a_gap_of_the_very_size_is_closed():
    """Straight across the pixel grid, gap_px itself is closed and two more are not."""
    for gap_px in range(1, 11):
        counts = [label_regions(lines(two_rooms(neck)), gap_px=gap_px).count for neck in (gap_px, gap_px + 2)]
        assert counts == [2, 1]


def test_several_gaps_in_one_line_are_closed():
    """Every break of a contour is closed, and closed marks little more than the breaks."""
    ink = broken_circle(4) & broken_circle(3, degrees=90) & broken_circle(2, degrees=225)
    found = label_regions(lines(ink))
    assert found.count == 2
    assert found.labels[64, 64] != found.labels[0, 0]
    assert 3 <= found.closed.sum() <= 24
    assert (ndimage.distance_transform_edt(~ink)[found.closed] <= 4).all()


def test_zero_gap_closes_nothing():
    """gap_px = 0 leaves a one pixel break open."""
    assert label_regions(lines(broken_circle(1)), gap_px=0).count == 1


def test_the_cut_lies_in_the_gap():
    """Inside and outside keep their shape: labels change where the line would have gone on."""
    found = label_regions(lines(broken_circle(4)))
    whole = label_regions(lines(broken_circle(0)))
    wrong = (found.labels == found.labels[64, 64]) != (whole.labels == whole.labels[64, 64])
    assert (wrong & (found.labels > 0) & (whole.labels > 0)).sum() <= 8


@pytest.mark.parametrize(("wave", "width"), [(0, 1), *((w, n) for w in (0, 3, 6) for n in (2, 3, 4, 5, 6, 7, 9))])
def test_stripes_stay_whole(wave, width):
    """A stripe of even width, narrower or wider than the gap size, is one region."""
    found = label_regions(lines(stripe(width, wave=wave)), min_region_px=1)
    assert found.count == 2
    assert not found.closed.any()


def test_tapering_shapes_stay_whole():
    """A wedge that narrows to nothing, such as a strand of hair, is not cut."""
    ink = np.zeros((80, 220), np.uint8)
    cv2.polylines(ink, [np.array([[20, 20], [200, 40], [20, 60]])], True, 1, 2)
    assert label_regions(lines(ink), min_region_px=12).count == 2


def test_a_line_that_stops_before_the_frame_is_closed():
    """The edge of the plate counts as a line."""
    ink = np.zeros((60, 60), np.bool_)
    ink[3:58, 30] = True
    assert label_regions(lines(ink)).count == 2
    assert label_regions(lines(ink), gap_px=1).count == 1


def test_small_regions_join_the_nearest():
    """A speck of paper walled in by ink takes the label of the region closest to it."""
    ink = np.zeros((20, 20), np.bool_)
    ink[:, 8:14] = True
    ink[10, 12] = False
    found = label_regions(lines(ink), min_region_px=2)
    assert found.count == 2
    assert found.labels[10, 12] == found.labels[10, 19]
    assert label_regions(lines(ink), min_region_px=1).count == 3


def test_small_regions_far_from_any_other_join_too():
    """Specks deep in solid black find their region across any distance."""
    ink = np.ones((80, 80), np.bool_)
    ink[:, :5] = ink[40, 60] = False
    found = label_regions(lines(ink))
    assert (found.count, found.labels[40, 60]) == (1, 1)


def test_specks_alone_stay():
    """Without a region of the least size, small ones are kept rather than lost."""
    assert label_regions(lines(drawing(".#.")), min_region_px=4).count == 2


@settings(max_examples=40, deadline=None)
@given(MASKS | SPARSE, st.integers(0, 9), st.integers(1, 9))
def test_labels_divide_the_paper(ink, gap_px, min_region_px):
    """Labels are 1..count, all in use, on paper alone; closing gaps only ever divides."""
    found = label_regions(lines(ink), gap_px=gap_px, min_region_px=min_region_px)
    assert np.array_equal(found.labels == 0, ink)
    assert np.array_equal(np.unique(found.labels[~ink]), np.arange(1, found.count + 1))
    assert not (found.closed & ink).any()
    fine = label_regions(lines(ink), gap_px=gap_px, min_region_px=1)
    parts, n_parts = ndimage.label(~ink)
    assert fine.count >= n_parts
    for label in range(1, fine.count + 1):
        assert ndimage.label(fine.labels == label)[1] == 1
        assert len(np.unique(parts[fine.labels == label])) == 1


@settings(max_examples=25, deadline=None)
@given(SPARSE, st.integers(0, 6))
def test_the_same_drawing_gives_the_same_labels(ink, gap_px):
    """Labels depend on the drawing alone."""
    one, other = (label_regions(lines(ink), gap_px=gap_px) for _ in range(2))
    assert np.array_equal(one.labels, other.labels)


@settings(max_examples=25, deadline=None)
@given(MASKS)
def test_growing_fills_ink_and_keeps_paper(ink):
    """Every pixel has a label, paper its own, ink that of a pixel among the nearest."""
    labels = label_regions(lines(ink), gap_px=0, min_region_px=1).labels
    labels_under_ink = grow_under_ink(labels)
    assert labels_under_ink.min() >= 1
    assert np.array_equal(labels_under_ink[~ink], labels[~ink])
    if labels.any():
        each = [ndimage.distance_transform_edt(labels != n) for n in range(1, labels.max() + 1)]
        own = np.take_along_axis(np.stack(each), labels_under_ink[None] - 1, axis=0)[0]
        assert (own <= np.min(each, axis=0) * 1.05 + 1e-6).all()


def test_trace_lines_join_a_neighbour():
    """A trace line divides regions, and growing gives its pixels to them."""
    art = lines(np.zeros((7, 7)))
    art.ink[:, 3] = art.trace[:, 3] = True
    found = label_regions(art)
    assert found.count == 2
    assert set(np.unique(grow_under_ink(found.labels)[:, 3])) <= {1, 2}


def test_compact_keeps_the_order():
    """Numbers close up, zero stays zero, the order stays."""
    labels, count = compact(np.array([[0, 7, 3], [9, 3, 0]], np.int32))
    assert (labels.tolist(), count) == ([[0, 2, 1], [3, 1, 0]], 3)
    assert compact(np.zeros((2, 2), np.int32))[1] == 0


def test_rainbow_tells_regions_apart():
    """Ink is black, closed gaps white, a hundred regions have a hundred colors."""
    ink = np.zeros((60, 60), np.bool_)
    ink[5::6], ink[:, 5::6] = True, True
    found = label_regions(lines(ink), gap_px=0)
    picture = rainbow(found)
    assert found.count == 100
    assert (picture.shape, picture.dtype) == ((60, 60, 3), np.uint8)
    assert not picture[ink].any()
    assert len(np.unique(picture[~ink], axis=0)) == 100
    closed = label_regions(lines(broken_circle(4)))
    assert (rainbow(closed)[closed.closed] == 255).all()


def test_features_of_a_rectangle():
    """Size, place and moments of known shapes, exactly."""
    ink = np.zeros((10, 12), np.bool_)
    ink[:, 4] = True
    ink[2, 4:] = True
    stats = region_features(label_regions(lines(ink), gap_px=0))
    assert stats.area.tolist() == [40, 14, 49]
    assert stats.centroid.tolist() == [[1.5, 4.5], [8.0, 0.5], [8.0, 6.0]]
    assert stats.bbox.tolist() == [[0, 0, 4, 10], [5, 0, 12, 2], [5, 3, 12, 10]]
    assert stats.mu20.tolist() == [50.0, 56.0, 196.0]
    assert stats.mu02.tolist() == [330.0, 3.5, 196.0]
    assert not stats.mu11.any()
    expected = [[True, True, False, True], [False, True, True, False], [False, False, True, True]]
    assert stats.touches_border.tolist() == expected
    assert stats.pairs.tolist() == [[1, 2], [1, 3], [2, 3]]
    assert stats.border.sum() == pytest.approx(10 + 7, abs=2)


@settings(max_examples=40, deadline=None)
@given(MASKS)
def test_features_agree_with_counting(ink):
    """Measures of any regions equal those counted pixel by pixel."""
    found = label_regions(lines(ink), gap_px=0, min_region_px=3)
    stats = region_features(found)
    for label in range(1, found.count + 1):
        y, x = np.nonzero(found.labels == label)
        assert stats.area[label - 1] == len(x)
        assert stats.centroid[label - 1] == pytest.approx([x.mean(), y.mean()])
        assert stats.bbox[label - 1].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]
        assert stats.mu11[label - 1] == pytest.approx(((x - x.mean()) * (y - y.mean())).sum(), abs=1e-6)
        assert stats.mu20[label - 1] == pytest.approx(((x - x.mean()) ** 2).sum(), abs=1e-6)
        assert stats.mu02[label - 1] == pytest.approx(((y - y.mean()) ** 2).sum(), abs=1e-6)
    assert (stats.pairs[:, 0] < stats.pairs[:, 1]).all()
    assert (stats.border > 0).all()
