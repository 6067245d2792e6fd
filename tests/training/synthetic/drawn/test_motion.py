"""Motion of art that stands still: smooth in time and space, and none without an amplitude."""

from __future__ import annotations

import numpy as np
import pytest

from cmft_training.synthetic.drawn.motion import random_bend, random_swell, random_wave, turned

BOX = (0.0, 0.0, 100.0, 100.0)
POINTS = np.random.default_rng(0).uniform(0.0, 100.0, (200, 2))


def test_turning_keeps_distances() -> None:
    """A quarter turn about a pivot; points may turn by angles of their own."""
    pivot = np.array([1.0, 1.0])
    there = turned(np.array([[2.0, 1.0], [3.0, 1.0]]), np.array([np.pi / 2, 0.0]), pivot)
    assert there.tolist() == [pytest.approx([1.0, 2.0]), pytest.approx([3.0, 1.0])]


def test_waves_come_back() -> None:
    """A wave has a period of 8 to 60 drawings and is as often above as below 0."""
    for seed in range(20):
        wave = random_wave(np.random.default_rng(seed), 2.0)
        values = np.array([wave(float(t)) for t in range(6000)])
        crossings = np.count_nonzero(np.diff(np.sign(values)) > 0)
        assert 6000 / 60.5 - 1 <= crossings <= 6000 / 8 + 1
        assert abs(values.mean()) < 0.05 * np.abs(values).max() + 1e-9


@pytest.mark.parametrize("make", [lambda rng: random_bend(rng, BOX, 10.0), lambda rng: random_swell(rng, 100.0, 0.01)])
def test_motion_is_smooth(make) -> None:  # type: ignore[no-untyped-def]
    """From drawing to drawing points move a little, and neighbours together; a time always means the same."""
    for seed in range(5):
        motion = make(np.random.default_rng(seed))
        here, later = motion(3.0)(POINTS), motion(3.01)(POINTS)
        assert 0 < np.abs(here - later).max() < 1.0
        near = motion(3.0)(POINTS + 0.01)
        assert np.linalg.norm(near - here, axis=1).max() < 0.1
        np.testing.assert_array_equal(here, motion(3.0)(POINTS))
