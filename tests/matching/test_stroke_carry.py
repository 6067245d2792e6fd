"""A stroke is carried by the lines around its ends, or not at all."""

import numpy as np
import pytest

from cmft_engine.matching.stroke_carry import Lines, carry_stroke, search_starts, shift, then, with_one
from tests.gapped import STROKE, Pose, drawn

AT = np.array(STROKE)


def lines(pose=None, **values):
    return Lines(drawn(pose or Pose(), **values).mean(2) < 0.5)


def carry(near, far):
    return carry_stroke(AT, near, far, search_starts(AT, near, far))


@pytest.mark.parametrize("pose", [Pose(), Pose(0, 6, -4), Pose(8, 10, 0), Pose(-12, 0, 5), Pose(0, 60, 20)])
def test_where_the_lines_went(pose):
    """Moved, turned, and far away; the gap itself may be closed there."""
    for gap in (True, False):
        found = carry(lines(), lines(pose, gap=gap))
        assert np.abs(found.points - pose.places(STROKE)).max() < 1.5
        assert np.abs(with_one(AT) @ found.motion - found.points).max() < 1e-9


def test_larger_plates():
    """Lengths grow with the plate."""
    def large(pose):
        return Lines(np.kron(lines(pose).ink, np.ones((6, 6), np.bool_)))

    near, far = large(Pose()), large(Pose(4, 5, 0))
    assert near.scale == pytest.approx(1440 / 540)
    found = carry_stroke(6 * AT, near, far, search_starts(6 * AT, near, far))
    assert np.abs(found.points - 6 * Pose(4, 5, 0).places(STROKE)).max() < 8


def test_where_there_are_no_such_lines():
    """On empty paper, and where the part has gone."""
    assert carry(lines(), Lines(np.zeros((240, 320), np.bool_))) is None
    assert carry(lines(), lines(Pose(0, 400, 0))) is None
    assert carry(Lines(np.zeros((240, 320), np.bool_)), lines()) is None


def test_where_it_fits_twice():
    """Of two places as good as each other neither is sure."""
    one = lines(Pose(0, -20, 10)).ink
    twice = Lines(one | np.roll(one, 60, 1))
    motions = [shift((-20, 10)), shift((40, 10))]
    assert carry_stroke(AT, lines(), twice, motions) is None
    assert carry_stroke(AT, lines(), Lines(one), motions[:1]) is not None


def test_motions():
    assert (then(shift((1, 2)), shift((3, 4))) == shift((4, 6))).all()
    assert (with_one(np.array([[1.0, 1.0]])) @ then(shift((1, 2)), np.array([[0, 1], [-1, 0], [0, 0]]))
            == [[-3, 2]]).all()
