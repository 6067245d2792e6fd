"""Drawings at the work size: which regions are kept, and when a target is scaled down."""

from types import SimpleNamespace

import numpy as np
import pytest

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.lineart.line_distance import line_distance
from cmft_engine.matching.encoded import EncodedReference, _keep, _largest, _painterly, frame_regions
from cmft_engine.shot.drawing import PaintedDrawing, SegmentedDrawing
from tests.drawings import cut, figure


def strip(width: int) -> SegmentedDrawing:
    """An inked frame of so many pixels, 32 high, around one region."""
    labels = np.zeros((32, width), np.int32)
    labels[1:-1, 1:-1] = 1
    return SegmentedDrawing(labels == 0, labels, np.ones_like(labels), 1)


@pytest.mark.parametrize(("width", "work_width"), [(64, 96), (80, 112), (128, 112), (204, 112)])
def test_long_targets_shrink_beyond_the_limit(width, work_width):
    """At a work size of 64 a target may be 1.6 times as long, to whole cells of 16; longer ones are scaled to that."""
    _, framing = frame_regions(strip(width), 1.0, 64)
    assert (framing.width, framing.scale < 1) == (work_width, width > 64)


def test_the_largest_regions_are_kept_in_label_order(monkeypatch):
    """Of four regions the two largest stay, numbered anew; the pixels of the others have label 0."""
    monkeypatch.setattr("cmft_engine.matching.encoded.MAX_REGIONS", 2)
    side, _ = frame_regions(cut(figure()), 1.0, 64)
    kept = _largest(side)
    area = np.bincount(figure().labels.ravel(), minlength=5)[1:]
    assert kept.tolist() == sorted(np.argsort(-area, kind="stable")[:2].tolist())
    few = _keep(side, kept)
    assert few.count == 2 and set(np.unique(few.labels)) <= {0, 1, 2}
    assert few.descriptors.area.tolist() == side.descriptors.area[kept].tolist()
    for number, row in enumerate(kept, 1):
        assert np.array_equal(few.labels_under_ink == number, side.labels_under_ink == row + 1)


def test_a_region_that_lies_beside_its_lines_alone_may_be_painterly():
    """Two bands four pixels high and a wide field, of a soft painting: paints explain one band and the field's rim not.

    A lossy file blurs what lies beside lines, so that the field's rim tells nothing; of a band there is nothing else.
    """
    labels = np.zeros((40, 60), np.int32)
    labels[1:5, 1:-1], labels[6:10, 1:-1], labels[11:-1, 1:-1] = 1, 2, 3
    drawing = SegmentedDrawing(labels == 0, labels, np.maximum(labels, 1), 3)
    distance = line_distance(drawing.ink)
    own = (labels == 1) | (labels == 3) & (distance <= 20)
    entries = np.zeros(labels.shape, np.int32)
    nothing = np.zeros((*labels.shape, 4), np.float32)
    paints = PaintMap(entries, entries, nothing[..., 0], own, nothing)
    painted = PaintedDrawing(drawing, entries, nothing[..., :3], paints, is_soft=True)
    assert _painterly(painted, paints).tolist() == [1, 0, 0]


@pytest.mark.parametrize(("is_soft", "was_jpeg", "own"), [
    (False, False, [True, False]), (True, False, [True, True]), (True, True, [True, False])])
def test_a_jpeg_s_noise_is_not_the_painter_s(is_soft, was_jpeg, own):
    """Of a soft painting every pixel is shown as it is; of a JPEG those that its paints do not explain, as of flats."""
    entries = np.zeros((1, 2), np.int32)
    paints = PaintMap(entries, entries, np.zeros((1, 2), np.float32), np.array([[True, False]]),
                      np.full((1, 2, 4), 0.5, np.float32))
    reference = SimpleNamespace(paints=paints, is_soft=is_soft, was_jpeg=was_jpeg)
    assert EncodedReference.own_paints.func(reference).own.tolist() == [own]
