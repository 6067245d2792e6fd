"""What the report calls flat, divided and carried."""

import numpy as np

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.matching.kinds import KINDS, region_kinds


def test_kinds():
    """One paint is flat, specks or not; two are divided; the painter's own pixels are carried; no pixels, no kind."""
    labels = np.repeat(np.int32([[1], [2], [3], [0]]), 2000, 1)
    first = np.zeros((4, 2000), np.int32)
    first[0, :5], first[1, :20] = 1, 2  # 5 px are a speck, 20 of 2000 a paint
    own = np.zeros((4, 2000), bool)
    own[2, :1001] = True
    paints = PaintMap(first, first, np.zeros(first.shape, np.float32), own, np.zeros((4, 2000, 4), np.float32))
    assert [KINDS[kind] for kind in region_kinds(paints, labels, 4)] == ["flat", "divided", "carried", "flat"]
    own[2, :2] = False
    assert region_kinds(paints, labels, 4)[2] == KINDS.index("flat")
