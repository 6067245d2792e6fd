import numpy as np

from benchmarks.baselines.work_picture import enlarge, shrink


def test_shrinking_and_enlarging_keep_plain_colours():
    """A picture of one colour survives both, margins and all."""
    picture = np.full((128, 512, 3), (10, 200, 90), np.uint8)
    assert np.array_equal(enlarge(shrink(picture), (128, 512)), picture)
