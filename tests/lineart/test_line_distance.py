"""Distances to lines."""

import numpy as np
import pytest

from cmft_engine.lineart.line_distance import line_distance


def test_distance_is_in_tenths_of_a_pixel():
    """On a line 0, three pixels beside it about 30, far away as much as is looked at."""
    ink = np.zeros((96, 96), bool)
    ink[64] = True
    distance = line_distance(ink)
    assert distance[64, 60] == 0 and distance[67, 60] == pytest.approx(30, abs=1) and distance.max() == 240
