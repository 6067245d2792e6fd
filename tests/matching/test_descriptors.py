"""Numbers of regions: right for boxes, unchanged by pan and zoom."""

import tracemalloc

import numpy as np
import pytest

from cmft_engine.matching.descriptors import NODE_FEATURES, RASTER, describe_regions, ink_frame, overlap
from tests.drawings import cut, figure

TINY = 15  # the column that says how large the whole drawing is


def describe(drawing, zoom=1):
    parts = cut(drawing)
    labels, labels_under_ink = (
        np.kron(a, np.ones((zoom, zoom), np.int32)) for a in (parts.labels, parts.labels_under_ink)
    )
    return describe_regions(labels, labels_under_ink, (labels == 0).astype(np.float32), count=parts.count)


def test_shapes_and_areas():
    """A row a region; areas are pixel counts."""
    found = describe(figure())
    assert found.node.shape == (4, NODE_FEATURES) and found.raster.shape == (4, RASTER**2)
    assert found.area.tolist() == np.bincount(figure().labels.ravel())[1:].tolist()
    assert {a.dtype for a in vars(found).values()} == {np.dtype(np.float32)}


def test_a_pan_changes_nothing():
    """Moved as a whole, a drawing's inner regions keep every number."""
    still, moved = describe(figure()), describe(figure(5, 4))
    assert np.allclose(still.node[1:], moved.node[1:], atol=1e-3)
    assert np.allclose(still.raster[1:], moved.raster[1:], atol=1e-6)
    assert np.allclose(still.position[1:], moved.position[1:], atol=1e-3)


def test_a_zoom_changes_little():
    """At three times the size the numbers differ by less than a tenth, but for the one that tells the size."""
    small, large = describe(figure()), describe(figure(), zoom=3)
    others = [i for i in range(NODE_FEATURES) if i != TINY]
    assert np.abs(small.node[1:, others] - large.node[1:, others]).max() < 0.1
    assert np.allclose(large.node[:, TINY] - small.node[:, TINY], np.log(3), atol=0.01)
    assert np.abs(small.raster[1:] - large.raster[1:]).mean() < 0.05


def test_a_square_is_round_and_a_bar_is_long():
    """Elongation is 0 for a square, near 1 for a bar; the bar's direction has its sign."""
    boxes = ((16, 16, 9, 9, 1), (44, 16, 14, 4, 1), (16, 46, 4, 14, 1))
    node = describe(figure(boxes=boxes)).node[1:]
    assert node[0, 6] == pytest.approx(0, abs=0.01)
    assert node[1, 4] > 0.7 and node[2, 4] < -0.7
    assert node[:, 11] == pytest.approx([1, 1, 1])  # a box fills its bounding box


def test_touching_shares():
    """A region's border is shared out among its neighbours: the hat lies on paper and face, not on the coat."""
    touching = describe(figure()).touching.toarray()
    assert touching.sum(1) == pytest.approx([1, 1, 1, 1])
    assert (np.diag(touching) == 0).all()
    paper, coat, face, hat = range(4)
    assert touching[hat, paper] > touching[hat, face] > 0 == touching[hat, coat]


def test_an_absent_label_has_no_area():
    """A label without pixels at the work size is a row of finite numbers with area 0."""
    labels = np.where(figure().labels == 4, 0, figure().labels).astype(np.int32)
    found = describe_regions(labels, labels, (labels == 0).astype(np.float32), count=5)
    assert found.area[3:].tolist() == [0, 0]
    assert np.isfinite(found.node).all() and found.raster[3:].max() == 0


def test_no_regions():
    """Nothing to describe gives arrays without rows."""
    nothing = np.zeros((16, 16), np.int32)
    found = describe_regions(nothing, nothing, np.zeros((16, 16), np.float32), count=0)
    assert found.node.shape == (0, NODE_FEATURES) and found.touching.shape == (0, 0)


def test_ink_frame():
    """Centre and spread are those of the ink; an empty picture has its own."""
    ink = np.zeros((40, 40), np.float32)
    ink[[10, 10, 30, 30], [5, 25, 5, 25]] = 1
    assert ink_frame(ink) == (pytest.approx((15, 20), abs=0.01), pytest.approx(np.sqrt(200), abs=0.05))
    center, spread = ink_frame(np.zeros((40, 40), np.float32))
    assert center == pytest.approx((19.5, 19.5)) and spread == pytest.approx(16.3, abs=0.1)


def test_overlap_counts_pixels():
    """Pixels with label i + 1 here and j + 1 there; ink counts for neither."""
    a, b = np.array([[1, 1, 2, 0]]), np.array([[2, 2, 3, 3]])
    assert overlap(a, b, (2, 3)).tolist() == [[0, 2, 0], [0, 0, 1]]


def test_many_regions_take_little_memory():
    """Thousands of regions are described without a number for every pair of them."""
    labels = np.arange(1, 150 * 150 + 1, dtype=np.int32).reshape(150, 150).repeat(3, axis=0).repeat(3, axis=1)
    tracemalloc.start()
    found = describe_regions(labels, labels, np.zeros(labels.shape, np.float32), count=150 * 150)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6 and found.touching[150 * 75 + 75].sum() == pytest.approx(1)
