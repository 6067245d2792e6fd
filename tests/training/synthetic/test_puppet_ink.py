from __future__ import annotations

import numpy as np

from cmft_training.synthetic import puppet_shapes as shapes
from cmft_training.synthetic.puppet_ink import Outline, draw


def _square(x, y, half, *, number, **options):
    return Outline(shapes.box((x, y), half, half), number, 1.0, **options)


def test_ink_hides_behind_what_is_in_front():
    """A later part covers the ink and the ids of an earlier one."""
    drawing = draw([_square(20, 20, 10, number=1), _square(30, 20, 8, number=2)], 48)
    assert drawing.part[20, 30] == 2 and drawing.part[20, 15] == 1 and drawing.part[2, 2] == 0
    assert drawing.line[20, 30] == 255
    assert drawing.line[20, 22] < 60 or drawing.line[20, 21] < 60


def test_clipped_part_stays_on_its_owner():
    """A part on another is seen only there and leaves the owner's outline whole."""
    owner = _square(20, 20, 10, number=1)
    spot = _square(30, 20, 6, number=2, on=1, root=1)
    alone, both = draw([owner], 48), draw([owner, spot], 48)
    assert (both.part[:, 31:] == 0).all() and (both.part == 2).any()
    assert (both.line[alone.line == 0] == 0).all()


def test_empty_page():
    """No outlines: white paper and background only."""
    drawing = draw([], 16)
    assert (drawing.line == 255).all() and (drawing.part == 0).all()


def test_id_sits_at_the_pixel_centre():
    """A part covers exactly the pixels whose centres it holds."""
    drawing = draw([Outline(shapes.points((3.4, 3.4), (8.6, 3.4), (8.6, 8.6), (3.4, 8.6)), 1, 0.0)], 16)
    expected = np.zeros((16, 16), np.uint16)
    expected[3:9, 3:9] = 1
    np.testing.assert_array_equal(drawing.part, expected)
    assert (drawing.line == 255).all()
