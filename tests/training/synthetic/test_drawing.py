"""A clip's drawings as painted pictures."""

import numpy as np

from cmft_training.synthetic.drawing import Clip, Drawing


def test_a_painted_drawing_has_its_groups_colours_under_ink() -> None:
    """Two parts of one group share a colour; full ink is black, half ink halves the colour, no ink leaves it."""
    part = np.array([[0, 1, 2], [1, 1, 1]], np.uint16)
    line = np.array([[255, 255, 255], [0, 128, 255]], np.uint8)
    color = np.array([(255, 255, 255), (200, 100, 50)], np.uint8)
    clip = Clip((Drawing(line, part),), np.array([0, 1, 1], np.uint16), color, "two")
    painted = clip.painted(0)
    assert painted.dtype == np.uint8
    assert painted.tolist() == [
        [[255, 255, 255], [200, 100, 50], [200, 100, 50]], [[0, 0, 0], [100, 50, 25], [200, 100, 50]]
    ]  # fmt: skip
