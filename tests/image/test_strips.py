"""Strips of rows: all of a picture once, few enough pixels, none but whole blocks of an EXR's rows before the last."""

import numpy as np
import pytest

from cmft_engine.image.strips import STEP_ROWS, STRIP_PX, strips


@pytest.mark.parametrize("shape", [(4320, 7680), (4321, 7681, 3), (1, 1), (5000, 1), (100, 3_000_000), (0, 7)])
def test_all_rows_once(shape):
    """The strips follow one another from the first row to the last."""
    rows = [row for part in strips(shape) for row in range(part.start, part.stop)]
    assert rows == list(range(shape[0]))
    heights = [part.stop - part.start for part in strips(shape)]
    assert all(height % STEP_ROWS == 0 for height in heights[:-1])
    assert all(height * shape[1] <= max(STRIP_PX, STEP_ROWS * shape[1]) for height in heights)


def test_a_picture_in_hd_is_one_strip():
    """Nothing is divided that needs no division."""
    assert [(part.start, part.stop) for part in strips((1080, 1920))] == [(0, 1080)]
    assert len(list(strips(np.zeros((2160, 3840, 1), np.bool_).shape))) == 4
