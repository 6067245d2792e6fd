"""Flow between line drawings: none where none is, followed where little moves."""

import numpy as np
import pytest

from cmft_engine.matching.flow import distance_map, flow_to_reference
from tests.drawings import figure


def ink(*args, **fields):
    return (figure(*args, **fields).labels == 0).astype(np.float32)


def test_distance_map():
    """Ink is 0, far paper 255, and the distances between grow evenly."""
    line = np.zeros((5, 100), np.float32)
    line[:, 10] = 1
    row = distance_map(line)[2]
    assert row[10] == 0 and row[-1] == 255
    assert row[22] == pytest.approx(255 / 2, abs=1)


def test_no_motion():
    """A drawing against itself stays where it is, exactly."""
    x, y = flow_to_reference(ink(), ink())
    assert x.shape == (64, 64) and x.dtype == np.float32
    assert np.abs(x - np.arange(64)).max() < 0.05 and np.abs(y.T - np.arange(64)).max() < 0.05


def test_small_motion_is_followed():
    """Of a drawing moved by (3, 2) pixels, nine in ten ink pixels are found within a pixel."""
    target = ink(3, 2, side=96)
    x, y = flow_to_reference(target, ink(side=96))
    rows, columns = np.nonzero(target)
    off = np.hypot(x[rows, columns] - (columns - 3), y[rows, columns] - (rows - 2))
    assert (off < 1).mean() > 0.9


@pytest.mark.parametrize("size", [(96, 64), (48, 80)])
def test_sizes_may_differ(size):
    """Pictures of other sizes are aligned at their centres: places are those of the reference."""
    small = ink()
    reference = np.zeros(size, np.float32)
    top, left = (size[0] - 64) // 2, (size[1] - 64) // 2
    y0, x0 = max(0, top), max(0, left)
    reference[y0:y0 + 64, x0:x0 + 64] = small[max(0, -top):, max(0, -left):][: size[0], : size[1]]
    x, y = flow_to_reference(small, reference)
    assert x[32, 32] == pytest.approx(32 + left, abs=1) and y[32, 32] == pytest.approx(32 + top, abs=1)


@pytest.mark.parametrize("size", [(1, 1), (16, 200)])
def test_tiny_pictures_do_not_move(size):
    """Too small for the search, a picture stands still instead of failing."""
    x, y = flow_to_reference(np.ones(size, np.float32), np.zeros(size, np.float32))
    assert np.array_equal(x[0], np.arange(size[1])) and np.array_equal(y[:, 0], np.arange(size[0]))
