"""What a coloured shot tells of its drawings."""

from types import SimpleNamespace

import numpy as np

from cmft_engine.image.paint_map import PaintMap
from cmft_engine.pipeline.colored_shot import regions_showing


def test_regions_that_show_an_entry():
    """By pixels of the record, in mixtures too; the painter's own pixels show none."""
    labels = np.array([[1, 1, 2, 2, 3, 3]], np.int32)
    first, second = np.array([[0, 0, 1, 1, 2, 2]], np.int32), np.array([[0, 2, 1, 1, 2, 2]], np.int32)
    paints = PaintMap(first, second, np.array([[0, 0.25, 0, 0, 0, 0]], np.float32))
    record = SimpleNamespace(labels_under_ink=labels, paints=paints)
    assert regions_showing(record, 2) == {0, 2} and regions_showing(record, 9) == frozenset()
    assert regions_showing(None, 2) == frozenset()
    own = np.array([[False, False, False, False, True, True]])
    record.paints = PaintMap(first, second, paints.share, own, np.zeros((1, 6, 4), np.float32))
    assert regions_showing(record, 2) == {0}
