"""A wide blur at reduced size is the blur at full size."""

import cv2
import numpy as np
import pytest

from cmft_engine.image.reduced import enlarged, reduced, reduced_size, reduction


@pytest.mark.parametrize(("spread", "fine", "by"), [(1.0, 2.5, 1), (7.4, 2.5, 2), (7.5, 2.5, 3), (18.0, 3.0, 6)])
def test_reduction(spread, fine, by):
    """So many fine pixels of the spread are left, or the picture stays as it is."""
    assert reduction(spread, fine) == by


@pytest.mark.parametrize("by", [1, 3, 7])
def test_size_and_back(by):
    """Parts of pixels count, and an even picture comes back as it was."""
    picture = np.full((50, 31), 0.25, np.float32)
    small = reduced(picture, by)
    assert small.shape == reduced_size((50, 31), by) == (-(-50 // by), -(-31 // by))
    assert np.allclose(enlarged(small, (50, 31)), picture)


def test_not_reduced_is_the_same():
    """By one, no bit changes on either way."""
    picture = np.random.default_rng(0).random((20, 30), np.float32)
    assert np.array_equal(reduced(picture, 1), picture) and np.array_equal(enlarged(picture, (20, 30)), picture)


def test_a_wide_blur():
    """Spots blurred so differ by little from the blur at full size, and most at the rim, where pixels are mirrored."""
    picture = (np.random.default_rng(0).random((200, 300)) < 0.02).astype(np.float32)
    whole = cv2.GaussianBlur(picture, (0, 0), 12)
    by = reduction(12, 3)
    found = enlarged(cv2.GaussianBlur(reduced(picture, by), (0, 0), 12 / by), (200, 300))
    off = np.abs(found - whole) / whole.max()
    assert off[24:-24, 24:-24].max() < 0.03 and off.max() < 0.15
